// A route declares how an action becomes a read.

import type { Wishes } from '../page/read-engine.js'
import { checkRoute, type ReadRoute, routed, type TagsOf } from '../redux/route.js'
import type { ActionCreator, PayloadOf, RoutedCreator } from '../redux/types.js'
import { checkReadOptions } from './check-read.js'
import { reads } from './reads.js'
import type { ReadTemplate } from './request.js'

// Every bundler replaces this expression; the checks are left out of a production build.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

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

/**
 * Declares a read: the same creator, whose actions the broker answers. Give the result to `createBroker`'s `routes`
 * and use it in place of the creator.
 * @throws TypeError where the creator or an option is not what it must be.
 */
export function read<C extends ActionCreator, Answer = unknown>(
  creator: C,
  options: ReadOptions<C, Answer>,
): RoutedCreator<C, Answer> {
  if (process.env.NODE_ENV !== 'production') {
    const { where, given } = checkRoute('read', creator, options)
    checkReadOptions(where, given)
  }
  return routed(creator, { type: creator.type, options, engine: reads() } as unknown as ReadRoute)
}
