// The options of a read, as types.

import type { Wishes } from '../../page/reads-port.js'
import type { TagsOf } from '../../redux/route.js'
import type { ActionCreator, PayloadOf } from '../../redux/types.js'
import type { ReadTemplate } from './read-request.js'

export interface ReadOptions<C extends ActionCreator, Answer> extends Wishes {
  /** What one action asks for: a URL, or `{ url, method, headers }`. */
  request(payload: PayloadOf<C>, action: ReturnType<C>): string | ReadTemplate
  /** Parses the answer's body, which is JSON, or a text whose type the request's `accept` names; its return type is inferred everywhere. */
  answer?(body: unknown): Answer
  /** From 1, the most urgent, to 9. Default 5. */
  readonly priority?: number | ((payload: PayloadOf<C>) => number)
  /** What it shows: while writes to the same tags are on their way it waits for them, for 30 s at most. */
  readonly tags?: TagsOf<PayloadOf<C>>
}
