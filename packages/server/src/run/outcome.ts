// The outcome of one request, and the answer that tells it.
import { type AnswerMarks, type IdempotencyStatus, markAnswer } from '../answer/answer-headers.js'
import { type ProblemName, problemResponse } from '../answer/problem.js'
import {
  newResponse,
  replayedResponse,
  type StoredAnswer,
  type WholeAnswer,
} from '../answer/stored-answer.js'

export type Outcome =
  | Refused
  | Ran
  | { readonly kind: 'replayed'; readonly answer: StoredAnswer }
  | { readonly kind: 'told'; readonly state: KeyState }

/** The state of a key, as a status query is told. */
export type KeyState =
  /** A request was handled and committed. `status` is that of its answer. */
  | { readonly state: 'done'; readonly status: number }
  | { readonly state: 'in-progress' }
  /** A request was handled, so long ago that its answer is no longer kept. */
  | { readonly state: 'expired' }
  /** Nothing is committed under this key, or it is forgotten. A request may still be on its way. */
  | { readonly state: 'unknown' }

/** The handler was not called, or all that it did is undone. */
export interface Refused {
  readonly kind: 'refused'
  readonly problem: ProblemName
  readonly retryAfterMs?: number | undefined
}

/** The handler was called now. `status` is undefined for work without a key. */
export interface Ran {
  readonly kind: 'ran'
  readonly answer: WholeAnswer
  readonly status: 'stored' | 'rejected' | undefined
}

export function refused(problem: ProblemName, retryAfterMs?: number): Refused {
  return { kind: 'refused', problem, retryAfterMs }
}

/** A fresh Response for an outcome, with the marks of its key. */
export function respond(outcome: Outcome, marks: Omit<AnswerMarks, 'status'>): Response {
  const response = responseOf(outcome)
  markAnswer(response.headers, { ...marks, status: statusOf(outcome) })
  return response
}

function statusOf(outcome: Outcome): IdempotencyStatus | undefined {
  switch (outcome.kind) {
    case 'refused':
      return outcome.problem === 'in-progress' ? 'in-progress' : 'rejected'
    case 'ran':
      return outcome.status
    case 'replayed':
      return 'replayed'
    case 'told':
      return undefined
  }
}

function responseOf(outcome: Outcome): Response {
  switch (outcome.kind) {
    case 'refused':
      return problemResponse(outcome.problem, outcome.retryAfterMs)
    case 'ran': {
      const { bytes, status, statusText, headers } = outcome.answer
      return newResponse(bytes, { status, statusText, headers })
    }
    case 'replayed':
      return replayedResponse(outcome.answer)
    case 'told':
      return Response.json(outcome.state)
  }
}
