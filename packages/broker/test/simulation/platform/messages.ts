// Messages between realms: broadcast channels and message ports. They arrive later, in the order of their sending.
import { Target } from './events.js'
import type { Realm } from './realm.js'
import { cloneOf } from './storage/keys.js'

export interface DeviceBroadcast {
  of(realm: Realm): new (name: string) => SimBroadcastChannel
  /** The probability that a realm misses a message, as one that was put away does. */
  loss: number
}

export interface SimBroadcastChannel extends Target {
  postMessage(data: unknown): void
  close(): void
}

export function createBroadcast(): DeviceBroadcast {
  const open = new Set<{ readonly name: string; readonly realm: Realm; hear(data: unknown): void }>()
  const broadcast: DeviceBroadcast = {
    loss: 0,
    of: (realm) =>
      class extends Target implements SimBroadcastChannel {
        readonly name: string
        readonly realm: Realm = realm
        onmessage: ((event: unknown) => void) | null = null
        #lastAt = 0

        constructor(name: string) {
          super()
          this.name = name
          open.add(this)
          realm.onDeath(() => open.delete(this))
        }

        hear(data: unknown): void {
          const now = realm.scheduler.now()
          this.#lastAt = Math.max(this.#lastAt, now + realm.random.between(0.1, 3))
          realm.post(this.#lastAt - now, () => {
            if (open.has(this)) this.dispatchEvent({ type: 'message', data } as never)
          })
        }

        postMessage(data: unknown): void {
          for (const other of open)
            if (other !== this && other.name === this.name && !realm.random.chance(broadcast.loss))
              other.hear(cloneOf(data))
        }

        close(): void {
          open.delete(this)
        }
      },
  }
  return broadcast
}

/** One end of a channel. It lives in the realm that it was made in, or was sent to. */
export class SimPort extends Target {
  realm: Realm
  peer: SimPort | undefined
  onmessage: ((event: unknown) => void) | null = null
  #lastAt = 0

  constructor(realm: Realm) {
    super()
    this.realm = realm
  }

  postMessage(data: unknown): void {
    this.peer?.hear(cloneOf(data))
  }

  start(): void {}

  hear(data: unknown): void {
    const { realm } = this
    const now = realm.scheduler.now()
    this.#lastAt = Math.max(this.#lastAt, now + realm.random.between(0.1, 2))
    realm.post(this.#lastAt - now, () => this.dispatchEvent({ type: 'message', data, ports: [] } as never))
  }

  close(): void {
    if (this.peer) this.peer.peer = undefined
    this.peer = undefined
  }
}

export const messageChannelOf = (
  realm: Realm,
): (new () => { readonly port1: SimPort; readonly port2: SimPort }) =>
  class {
    readonly port1: SimPort = new SimPort(realm)
    readonly port2: SimPort = new SimPort(realm)
    constructor() {
      this.port1.peer = this.port2
      this.port2.peer = this.port1
    }
  }
