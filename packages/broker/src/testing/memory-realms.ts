// What realms share besides the store, in memory: locks, news and chance.
import type { Bus, Chance, Locks } from '../core/ports.js'
import type { Life } from './life.js'

interface Waiting {
  readonly life: Life
  grant(): void
}

/** Locks that are freed when their holder's realm ends. */
export function createMemoryLocks(): { of(life: Life): Locks } {
  const queues = new Map<string, Waiting[]>()

  function leave(name: string, who: Waiting): void {
    const queue = queues.get(name) ?? []
    const wasFirst = queue[0] === who
    const rest = queue.filter((other) => other !== who)
    queues.set(name, rest)
    if (wasFirst) rest[0]?.grant()
  }

  const of = (life: Life): Locks => ({
    available: true,
    async hold(name, { signal }, work) {
      signal.throwIfAborted()
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          leave(name, who)
          reject(signal.reason)
        }
        const who: Waiting = {
          life,
          grant() {
            signal.removeEventListener('abort', abort)
            // A lock is granted a moment after it was asked for, never at once.
            Promise.resolve()
              .then(work)
              .then(resolve, reject)
              .finally(() => leave(name, who))
          },
        }
        signal.addEventListener('abort', abort)
        life.onEnd(() => leave(name, who))
        const queue = queues.get(name) ?? []
        queues.set(name, [...queue, who])
        if (queue.length === 0) who.grant()
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
        else queueMicrotask(() => one.life.isAlive() && all.has(one) && one.listener(hint))
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
export function seededChance(seed: number): Chance {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    random,
    id: () => Array.from({ length: 4 }, () => hex(random() * 2 ** 32)).join(''),
    // Good enough to tell users apart in a test (FNV-1a, four times).
    digest: async (text) => [1, 2, 3, 4].map((round) => hex(fnv(`${round}${text}`))).join(''),
  }
}

const hex = (number: number) => Math.floor(number).toString(16).padStart(8, '0')

function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}
