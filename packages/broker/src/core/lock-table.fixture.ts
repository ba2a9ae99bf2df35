// Web Locks in memory, for the actors of a world.
import type { Locks } from './ports.js'
import type { Actor } from './world.fixture.js'

export interface LockTable {
  of(actor: () => Actor, run: (event: () => void) => void, available: boolean): Locks
  free(actor: Actor): void
}

interface Request {
  readonly actor: Actor
  readonly grant: () => void
  readonly lose: () => void
}

/** Web Locks: one holder for each name, the others in line; a holder that dies lets go, and one may be robbed. */
export function createLocks(): LockTable {
  const lines = new Map<string, Request[]>()
  const leave = (line: Request[], request: Request) => {
    const at = line.indexOf(request)
    if (at < 0) return
    line.splice(at, 1)
    if (at === 0) line[0]?.grant()
  }
  return {
    of: (actor, run, available) => ({
      available,
      async hold(name, { signal, steal = false }, work) {
        const lost = new AbortController()
        if (signal.aborted) throw new Error('aborted')
        const line = lines.get(name) ?? []
        lines.set(name, line)
        const mine = { actor: actor(), grant: () => {}, lose: () => run(() => lost.abort()) }
        let abort = () => {}
        await new Promise<void>((granted, reject) => {
          mine.grant = () => run(granted)
          abort = () => {
            leave(line, mine)
            reject(new Error('aborted'))
          }
          signal.addEventListener('abort', abort)
          if (steal) line.splice(0, 1, mine)[0]?.lose()
          else line.push(mine)
          if (line[0] === mine) mine.grant()
        }).finally(() => signal.removeEventListener('abort', abort))
        return work(lost.signal).finally(() => leave(line, mine))
      },
    }),
    free(actor) {
      for (const line of lines.values())
        for (const request of line.filter((one) => one.actor === actor)) leave(line, request)
    },
  }
}
