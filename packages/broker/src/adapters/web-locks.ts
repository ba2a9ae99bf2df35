// Web Locks: the browser frees a lock when its holder's page or worker dies, within milliseconds.
import type { Locks } from '../core/ports.js'

export function webLocks(): Locks {
  const locks: LockManager | undefined = navigator.locks
  return {
    available: locks !== undefined,
    async hold(name, { signal }, work) {
      if (locks === undefined) return work()
      await locks.request(name, { signal }, work)
    },
  }
}
