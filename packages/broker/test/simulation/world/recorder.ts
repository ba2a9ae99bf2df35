// Notes what happens in a world.
import type { Arrival, Fate } from '../platform/network.js'
import type { Scheduler } from '../platform/scheduler.js'
import { nameOf } from '../server/ledger.js'
import type { Event } from './history.js'

type Note = Event extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never

export interface Recorder {
  readonly events: Event[]
  note(event: Note): void
  sent(arrival: Arrival, fate: Fate): void
  ended(arrival: Arrival): void
  toldToWait(arrival: Arrival, seconds: number): void
}

export function createRecorder(scheduler: Scheduler, heard: (event: Event) => void): Recorder {
  const events: Event[] = []
  const note = (given: Note) => {
    const event = { at: scheduler.now(), ...given } as Event
    events.push(event)
    heard(event)
  }
  return {
    events,
    note,
    sent({ request, cookie, realm, number }, { kind: fate }) {
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith('/lists/'))
        return note({
          kind: 'asked',
          number,
          what: `${request.method} ${pathname}`,
          cookie,
          realm: realm.name,
          fate,
        })
      const { id, lane } = nameOf(request.url)
      const key = request.headers.get('idempotency-key') ?? ''
      const principal = request.headers.get('idempotency-principal') ?? ''
      const isFirm = request.method === 'PUT'
      note({ kind: 'sent', number, id, lane, key, principal, cookie, realm: realm.name, isFirm, fate })
    },
    toldToWait({ number }, seconds) {
      note({ kind: 'toldToWait', number, ms: seconds * 1_000 })
    },
    ended({ number, realm }) {
      note({ kind: 'ended', number, realm: realm.name })
    },
  }
}
