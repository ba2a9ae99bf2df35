// The locks, the news and the chance that realms share besides the store, in memory.
import type { Bus, Locks, RandomSource } from '../core/platform.js'
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

/** News between realms; a realm hears its own at once and the others' a moment later. */
export function createMemoryBus(): { of(life: Life): Bus } {
  const all = new Set<{ readonly life: Life; readonly listener: (hint: string) => void }>()
  const of = (life: Life): Bus => ({
    post(hint) {
      if (!life.isAlive()) return
      for (const one of all) {
        if (one.life === life) one.listener(hint)
        else queueMicrotask(() => one.life.run(() => all.has(one) && one.listener(hint)))
      }
    },
    listen(listener) {
      const one = { life, listener }
      all.add(one)
      return () => void all.delete(one)
    },
    close() {
      for (const one of all) if (one.life === life) all.delete(one)
    },
  })
  return { of }
}

/** The same seed gives the same numbers and ids (mulberry32, T. Ettinger, public domain). */
export function seededChance(seed: number): RandomSource {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    random,
    id: () => Array.from({ length: 4 }, () => hexDigits(random() * 2 ** 32)).join(''),
    // Good enough to tell users apart in a test (FNV-1a, four times).
    digest: async (text) => [1, 2, 3, 4].map((round) => hexDigits(fnv(`${round}${text}`))).join(''),
  }
}

const hexDigits = (number: number) => Math.floor(number).toString(16).padStart(8, '0')

function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}
