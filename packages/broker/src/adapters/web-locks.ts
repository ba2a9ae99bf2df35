// With Web Locks the browser frees a lock within milliseconds when its holder's page or worker dies.
import type { Locks } from '../core/platform.js'

export function webLocks(): Locks {
  const locks: LockManager | undefined = navigator.locks
  return {
    available: locks !== undefined,
    async hold(name, { signal, steal = false }, work) {
      const lost = new AbortController()
      if (locks === undefined) return work(lost.signal)
      let working: Promise<void> | undefined
      const begin = () => {
        working = work(lost.signal)
        return working
      }
      try {
        // A steal is granted at once and cannot be called off. The browser takes no signal with it.
        if (steal) signal.throwIfAborted()
        await locks.request(name, steal ? { steal } : { signal }, begin)
      } catch (error) {
        if (working === undefined) throw error
        // The lock was taken away, or the work itself has failed, which it says below.
        lost.abort()
        await working
      }
    },
  }
}
