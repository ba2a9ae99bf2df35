// How a server says that the session of its user is over, or that a request came with an old CSRF token.
import type { AnswerMark } from './answer.js'

export interface SessionRules {
  /** Statuses that end the session: the outbox pauses. Default `[401, 419, 440]`. */
  readonly endedBy?: readonly number[]
  /** Statuses that may end it: the `sessionProbe` decides, where there is one. Default `[403]`. */
  readonly probeOn?: readonly number[]
  /** Marks of a refused CSRF token: headers are prepared anew, once. Default `[{ status: 419 }]`. */
  readonly csrf?: readonly AnswerMark[]
}

export const defaultSession: Required<SessionRules> = {
  endedBy: [401, 419, 440],
  probeOn: [403],
  csrf: [{ status: 419 }],
}
