// The hints that realms of one test send each other, in memory.
import type { Bus } from '../core/platform.js'
import type { Life } from './realm-life.js'

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
