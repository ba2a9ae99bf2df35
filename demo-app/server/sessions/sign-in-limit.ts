// Bounds how often somebody signs in, by a token bucket for each address and user name. All unknown names share one
// bucket, so that an address has few buckets, whatever it sends.
import { limits } from '../limits.js'

export interface SignInLimit {
  /** Takes one sign-in of this user from this address, or says how long to wait where none is left. */
  take(address: string, user: string | undefined): { readonly waitMs: number }
  /** Forgets everything. */
  clear(): void
}

/** @param now wall time in epoch milliseconds */
export function createSignInLimit(now: () => number): SignInLimit {
  const { signInsMax, signInEveryMs, signInBucketsMax } = limits
  const burstMs = signInsMax * signInEveryMs
  /** When each bucket is full again. A bucket that is missing is full. The bucket that was used last stands last. */
  const fullAt = new Map<string, number>()

  return {
    take(address, user) {
      const key = JSON.stringify([address, user])
      // After the clock was set back nobody waits longer than for an empty bucket.
      const before = Math.min(Math.max(fullAt.get(key) ?? 0, now()), now() + burstMs)
      const after = before + signInEveryMs
      const waitMs = Math.max(0, after - burstMs - now())
      if (waitMs > 0) return { waitMs }
      fullAt.delete(key)
      fullAt.set(key, after)
      const [oldest] = fullAt.keys()
      if (fullAt.size > signInBucketsMax && oldest !== undefined) fullAt.delete(oldest)
      return { waitMs }
    },
    clear: () => fullAt.clear(),
  }
}
