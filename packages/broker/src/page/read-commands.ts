// Commands of an app for its reads, beside dispatching and fetching them.

import { describe } from '../redux/describe.js'
import { type Broker, internals } from './broker-types.js'
import type { ReadEvent } from './reads-port.js'

// Every bundler replaces this expression; the check is left out of a production build.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

// biome-ignore lint/suspicious/noExplicitAny: the commands serve a broker of any state
type AnyReadsBroker = Broker<any, any>

/**
 * Requests of reads in flight at once to one origin, from now on, in all tabs that share a worker. Default 5. Call it
 * when the store is made: before that there is nothing to limit.
 * @throws TypeError where it is no whole number from 1.
 */
export function limitReads(broker: AnyReadsBroker, readsMax: number): void {
  if (process.env.NODE_ENV !== 'production' && !(Number.isInteger(readsMax) && readsMax >= 1))
    throw new TypeError(`limitReads() expects a whole number of at least 1; got ${describe(readsMax)}.`)
  broker[internals]()?.reads?.limit(readsMax)
}

/**
 * Tells of every request of this page's reads; returns what ends that. For an inspector. Call it when the store is
 * made: before that there is nothing to watch.
 */
export function watchReads(broker: AnyReadsBroker, listener: (event: ReadEvent) => void): () => void {
  return broker[internals]()?.reads?.watch(listener) ?? (() => {})
}
