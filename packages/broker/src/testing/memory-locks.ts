// The locks that realms of one test share, in memory.
import type { Locks } from '../core/platform.js'
import type { Life } from './realm-life.js'

interface LockRequest {
  grant(): void
  lose(): void
}

/** Locks that are freed when their holder's realm ends, and kept by one that is frozen. */
export function createMemoryLocks(): { of(life: Life): Locks } {
  /** The first has the lock. */
  const lines = new Map<string, readonly LockRequest[]>()
  const lineOf = (name: string) => lines.get(name) ?? []

  function leave(name: string, who: LockRequest): void {
    const [first] = lineOf(name)
    const rest = lineOf(name).filter((other) => other !== who)
    lines.set(name, rest)
    if (first === who) rest[0]?.grant()
  }

  function enter(name: string, who: LockRequest, steal: boolean): void {
    const [first, ...others] = lineOf(name)
    if (!steal) lines.set(name, [...lineOf(name), who])
    else lines.set(name, [who, ...others])
    if (steal) first?.lose()
    if (steal || first === undefined) who.grant()
  }

  const of = (life: Life): Locks => ({
    available: true,
    async hold(name, { signal, steal = false }, work) {
      signal.throwIfAborted()
      const lost = new AbortController()
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          leave(name, who)
          reject(signal.reason)
        }
        const who: LockRequest = {
          lose: () => life.run(() => lost.abort()),
          grant() {
            signal.removeEventListener('abort', abort)
            const end = () => leave(name, who)
            // A lock is granted a moment after it was asked for, never at once.
            life.run(() => {
              Promise.resolve(lost.signal).then(work).then(resolve, reject).finally(end)
            })
          },
        }
        signal.addEventListener('abort', abort)
        life.onEnd(() => leave(name, who))
        enter(name, who, steal)
      })
    },
  })
  return { of }
}
