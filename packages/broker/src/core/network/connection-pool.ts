// Counts the requests in flight to each origin, in one realm. HTTP/1.1 gives an origin six connections in all, which
// reads and writes share. A write goes before any read that waits, and reads never take the last connection.

import type { Reply, SendOptions, WirePorts, WireRequest } from './network.js'
import { originOfUrl } from './url-origin.js'

/** Gives a connection back; called again it does nothing. */
export type ReleaseConnection = () => void

export interface ConnectionPool {
  /** The most of one origin's connections that reads may take. */
  readonly readsMax: number
  /** A connection for a read; undefined where none is free for it. */
  read(origin: string): ReleaseConnection | undefined
  /**
   * A write's connection, first come, first served. Gives a promise where the write has to wait for one. The promise
   * resolves with undefined if the signal aborts before.
   */
  write(
    origin: string,
    signal: AbortSignal,
  ): ReleaseConnection | undefined | Promise<ReleaseConnection | undefined>
  /** Calls back when a connection to an origin has come free that no write waits for. */
  onFree(listener: (origin: string) => void): void
}

interface Wires {
  reads: number
  writes: number
  readonly waiting: Set<() => void>
}

/** `max`: requests in flight at once to one origin. */
export function createConnectionPool(max: number): ConnectionPool {
  const origins = new Map<string, Wires>()
  const listeners: ((origin: string) => void)[] = []
  const readsMax = Math.max(max - 1, 1)

  function wiresTo(origin: string): Wires {
    const known = origins.get(origin)
    if (known !== undefined) return known
    const wires: Wires = { reads: 0, writes: 0, waiting: new Set() }
    origins.set(origin, wires)
    return wires
  }

  const isFull = ({ reads, writes }: Wires) => reads + writes >= max

  function take(origin: string, kind: 'reads' | 'writes'): ReleaseConnection {
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
    readsMax,
    read(origin) {
      const wires = wiresTo(origin)
      return isFull(wires) || wires.reads >= readsMax ? undefined : take(origin, 'reads')
    },
    write(origin, signal) {
      const wires = wiresTo(origin)
      if (signal.aborted) return undefined
      if (!isFull(wires)) return take(origin, 'writes')
      return new Promise((resolve) => {
        const begin = () => {
          wires.waiting.delete(begin)
          resolve(take(origin, 'writes'))
        }
        wires.waiting.add(begin)
        signal.addEventListener('abort', () => {
          wires.waiting.delete(begin)
          resolve(undefined)
        })
      })
    },
    onFree: (listener) => void listeners.push(listener),
  }
}

/** The ports of a writer. Its requests wait for a connection. */
export const withConnectionPool = <P extends WirePorts>(ports: P, connections: ConnectionPool): P => ({
  ...ports,
  network: {
    ...ports.network,
    send: (request, options) => sendThrough(connections, ports, request, options),
  },
})

/** The time that a request waits is part of its time limit, and what has no connection after half of it is not sent. */
async function sendThrough(
  connections: ConnectionPool,
  { network, clock }: WirePorts,
  request: WireRequest,
  options: SendOptions,
): Promise<Reply> {
  const { timeoutMs, signal, knock } = options
  const patience = new AbortController()
  const askedAt = clock.monotonic()
  const cancel = clock.after(timeoutMs / 2, () => patience.abort())
  const stop = AbortSignal.any([signal, patience.signal])
  const granted = connections.write(originOfUrl(request.url), stop)
  const hasWaited = granted instanceof Promise
  if (hasWaited) knock?.hold?.()
  const letGo = await granted
  cancel()
  if (letGo === undefined) return { kind: 'unsent', reason: 'busy' }
  const leftMs = timeoutMs - (clock.monotonic() - askedAt)
  try {
    // Another user may have signed in while it waited (P6).
    const mayLeave = hasWaited ? knock?.mayLeave : undefined
    const asking = knock && mayLeave && { knock: { ...knock, mayLeave: () => mayLeave(true) } }
    return await network.send(request, { ...options, ...asking, timeoutMs: leftMs })
  } finally {
    letGo()
  }
}
