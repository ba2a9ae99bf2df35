// Tells who watches of each request as it waits, leaves and ends.
import type { Ports } from '../core/ports/all-ports.js'
import type { ReadEvent } from '../page/reads-port.js'

type Kind = ReadEvent['kind']

export interface ReadEvents {
  watch(listener: (event: ReadEvent) => void): () => void
  /** Begins to tell of one request. */
  open(url: string, about: () => { readonly priority: number; readonly readers: ReadonlySet<unknown> }): Tell
}

type Tell = (kind: Kind, order?: number) => void

export function createReadEvents({ clock, report }: Pick<Ports, 'clock' | 'report'>): ReadEvents {
  const listeners = new Set<(event: ReadEvent) => void>()
  let lastId = 0
  return {
    watch(listener) {
      const one = (event: ReadEvent) => listener(event)
      listeners.add(one)
      return () => void listeners.delete(one)
    },
    open(url, about) {
      const id = ++lastId
      let priority = 0
      return (kind, order) => {
        const reading = about()
        const { readers } = reading
        // Without readers it has none, and ends with the one that it had.
        if (readers.size > 0) priority = reading.priority
        const event = { kind, id, url, priority, readers: readers.size, at: clock.now() }
        for (const listener of listeners)
          try {
            listener(order === undefined ? event : { ...event, order })
          } catch (error) {
            report(error)
          }
      }
    },
  }
}
