// Web Locks of a device. A lock is freed when its holder's realm ends, and kept by a realm that is frozen.
import { type SimAbortSignal, SimDomException } from './events.js'
import type { Realm } from './realm.js'

export interface DeviceLocks {
  /** `navigator.locks` of a realm. */
  of(realm: Realm): SimLockManager
  holderOf(name: string): Realm | undefined
}

interface LockOptions {
  readonly signal?: SimAbortSignal
  readonly steal?: boolean
  readonly ifAvailable?: boolean
}
type LockWork = (lock: { readonly name: string } | null) => unknown

interface SimLockManager {
  request(name: string, options: LockOptions, work: LockWork): Promise<unknown>
}

interface LockRequest {
  readonly realm: Realm
  grant(): void
  lose(): void
}

/** The lines before the locks. */
function createLines() {
  /** The first has the lock. */
  const lines = new Map<string, LockRequest[]>()

  function leave(name: string, request: LockRequest): void {
    const line = lines.get(name) ?? []
    const at = line.indexOf(request)
    if (at < 0) return
    line.splice(at, 1)
    if (at === 0) line[0]?.grant()
  }

  function enter(name: string, request: LockRequest, steal: boolean): void {
    const line = lines.get(name) ?? []
    lines.set(name, line)
    if (steal) {
      line.shift()?.lose()
      line.unshift(request)
    } else line.push(request)
    if (line[0] === request) request.grant()
  }

  return { lines, leave, enter }
}

export function createLocks(): DeviceLocks {
  const { lines, leave, enter } = createLines()

  function request(realm: Realm, name: string, options: LockOptions, work: LockWork): Promise<unknown> {
    const { signal, steal = false, ifAvailable = false } = options
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      let isGranted = false
      const mine: LockRequest = {
        realm,
        grant: () => void realm.post(latencyOf(realm), begin),
        lose() {
          // The callback of a lock that was granted runs first, also in a realm that slept meanwhile.
          realm.post(latencyMsMax + latencyOf(realm), () =>
            reject(new SimDomException('The lock was stolen.', 'AbortError')),
          )
        },
      }
      const abort = () => {
        if (isGranted) return
        leave(name, mine)
        reject(signal?.reason)
      }
      const begin = () => {
        if (signal?.aborted) return
        isGranted = true
        signal?.removeEventListener('abort', abort)
        void run({ name }).finally(() => leave(name, mine))
      }
      const run = (lock: { readonly name: string } | null) => {
        const done = (async () => work(lock))()
        done.then(resolve, reject)
        return done.catch(() => {})
      }
      signal?.addEventListener('abort', abort, { once: true })
      realm.onDeath(() => leave(name, mine))
      realm.post(latencyOf(realm), () => {
        if (signal?.aborted) return
        if (ifAvailable && (lines.get(name)?.length ?? 0) > 0) void run(null)
        else enter(name, mine, steal)
      })
    })
  }

  return {
    of: (realm) => ({
      request: (name, options, work) =>
        typeof options === 'function'
          ? request(realm, name, {}, options)
          : request(realm, name, options, work),
    }),
    holderOf: (name) => lines.get(name)?.[0]?.realm,
  }
}

const latencyMsMax = 0.5
const latencyOf = (realm: Realm) => realm.random.between(0.02, latencyMsMax)
