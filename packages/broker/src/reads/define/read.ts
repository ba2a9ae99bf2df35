// A route declares how an action becomes a read.

import { checkRoute } from '../../redux/check-route.js'
import { type ReadRoute, routed } from '../../redux/route.js'
import type { ActionCreator, RoutedCreator } from '../../redux/types.js'
import { checkReadOptions } from '../request/check-read-options.js'
import type { ReadOptions } from '../request/read-options.js'
import { reads } from './reads-plugin.js'

// Every bundler replaces this expression. A production build contains no checks.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * Declares a read. Gives the same creator, whose actions the broker answers. Give the result to `createBroker`'s `routes`
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
