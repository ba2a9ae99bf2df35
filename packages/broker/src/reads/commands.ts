// What an app may ask of its reads, beside dispatching and fetching them.
import { type Broker, internals } from '../page/broker.js'
import type { ReadEvent } from '../page/read-engine.js'

// biome-ignore lint/suspicious/noExplicitAny: the commands serve a broker of any state
type AnyBroker = Broker<any, any>

/** Requests of reads in flight at once to one origin, from now on, in all tabs that share a worker. Default 5. */
export function limitReads(broker: AnyBroker, readsMax: number): void {
  broker[internals]()?.reads?.limit(readsMax)
}

/** Tells of every request of this page's reads; returns what ends that. For an inspector. */
export function watchReads(broker: AnyBroker, listener: (event: ReadEvent) => void): () => void {
  return broker[internals]()?.reads?.watch(listener) ?? (() => {})
}
