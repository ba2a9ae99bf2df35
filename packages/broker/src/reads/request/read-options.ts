// The options of a read, as types.

import type { ReadBehavior } from '../../page/reads-port.js'
import type { TagsOf } from '../../redux/route.js'
import type { ActionCreator, PayloadOf } from '../../redux/types.js'
import type { ReadTemplate } from './read-request.js'

export interface ReadOptions<C extends ActionCreator, Answer> extends ReadBehavior {
  /** Makes the request of one action, as a URL or as `{ url, method, headers }`. */
  request(payload: PayloadOf<C>, action: ReturnType<C>): string | ReadTemplate
  /** Parses the answer's body, which is JSON, or a text whose type the request's `accept` names. Its return type is inferred. */
  answer?(body: unknown): Answer
  /** From 1, the most urgent, to 9. Default 5. */
  readonly priority?: number | ((payload: PayloadOf<C>) => number)
  /** Tags of the data that the read shows. It waits for writes to the same tags, for 30 s at most. */
  readonly tags?: TagsOf<PayloadOf<C>>
}
