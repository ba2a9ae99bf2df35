// How many requests are in flight to each origin, in one realm. HTTP/1.1 gives an origin six connections in all, so
// that reads and writes share them: a write goes before any read that waits, and reads never take the last one.
import { originOfUrl } from './channel.js'
import type { Network } from './ports.js'

/** Gives a connection back; called again it does nothing. */
export type LetGo = () => void

export interface Connections {
  /** A connection for a read; undefined where none is free for it. */
  read(origin: string): LetGo | undefined
  /** Resolves when a write has its connection; first come, first served. Rejects where the signal aborts before. */
  write(origin: string, signal: AbortSignal): Promise<LetGo>
  /** Calls back when a connection to an origin has come free that no write waits for. */
  onFree(listener: (origin: string) => void): () => void
}

interface Wires {
  reads: number
  writes: number
  readonly waiting: Set<() => void>
}

/** `max`: requests in flight at once to one origin. */
export function createConnections(max: number): Connections {
  const origins = new Map<string, Wires>()
  const listeners = new Set<(origin: string) => void>()
  const readsMax = Math.max(max - 1, 1)

  function wiresTo(origin: string): Wires {
    const known = origins.get(origin)
    if (known !== undefined) return known
    const wires: Wires = { reads: 0, writes: 0, waiting: new Set() }
    origins.set(origin, wires)
    return wires
  }

  const isFull = ({ reads, writes }: Wires) => reads + writes >= max

  function take(origin: string, kind: 'reads' | 'writes'): LetGo {
    const wires = wiresTo(origin)
    wires[kind]++
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      wires[kind]--
      const [write] = wires.waiting
      if (write !== undefined) write()
      else for (const listener of listeners) listener(origin)
    }
  }

  return {
    read(origin) {
      const wires = wiresTo(origin)
      return isFull(wires) || wires.reads >= readsMax ? undefined : take(origin, 'reads')
    },
    write(origin, signal) {
      const { waiting } = wiresTo(origin)
      return new Promise((resolve, reject) => {
        const stop = () => {
          waiting.delete(begin)
          signal.removeEventListener('abort', abort)
        }
        const begin = () => {
          stop()
          resolve(take(origin, 'writes'))
        }
        const abort = () => {
          stop()
          reject(signal.reason)
        }
        if (signal.aborted) return abort()
        signal.addEventListener('abort', abort)
        waiting.add(begin)
        if (!isFull(wiresTo(origin))) begin()
      })
    },
    onFree(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** The network of writes, whose requests wait for a connection. Their time limit begins when they have it. */
export const throughConnections = (network: Network, connections: Connections): Network => ({
  async send(request, options) {
    let letGo: LetGo
    try {
      letGo = await connections.write(originOfUrl(request.url), options.signal)
    } catch {
      // Aborted before it was sent, as a network says it.
      return { kind: 'failed', timedOut: false, online: true }
    }
    return network.send(request, options).finally(letGo)
  },
})
