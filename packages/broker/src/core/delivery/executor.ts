// The executor of a realm (a page or a worker). A wake-up takes the leader lock of the partition, drains the outbox, and
// releases the lock.

import { drainMs, recheckMs } from '../limits.js'
import type { Owner } from '../outbox/partition.js'
import { strongest, type WakeReason } from '../outcomes/circuit-breaker.js'
import { type DrainContext, drain } from './drain.js'
import { asLeader } from './leader-lock.js'
import { type IsExpired, watchForExpiry } from './recover-entries.js'

export interface ExecutorContext
  extends Pick<
    DrainContext,
    'ports' | 'limits' | 'serves' | 'owner' | 'prepare' | 'refuses' | 'statusQueryCode'
  > {
  readonly database: string
  /** The user whose entries this realm may send now. */
  user(): Promise<Owner | undefined>
}

export interface Executor {
  /** Resolves when a drain that began after the call has ended; never rejects. Calls share a drain. */
  wake(probe: WakeReason): Promise<void>
  /** Has the drain of this realm look again where one goes on. Another realm may have accepted something. */
  ring(): void
  /** Ends the drain and aborts what is in flight; a later wake starts anew. */
  halt(): void
}

export const lockName = (database: string, partition: string): string =>
  `redux-broker:${database}:${partition}`

export function createExecutor(context: ExecutorContext): Executor {
  const { ports, database } = context
  const watched = watchForExpiry(ports.clock)
  const asked: DrainContext['asked'] = new Map()
  const wakes = createWakes()
  let running: Promise<void> | undefined
  let halting = new AbortController()
  const wakeUnless = (halted: AbortSignal) => () => void (halted.aborted || wake('none'))

  function drainFor(user: Owner, isExpired: IsExpired, signal: AbortSignal): Promise<void> {
    const bounds = { askAgain: wakeUnless(halting.signal), until: ports.clock.monotonic() + drainMs }
    return drain({ ...context, ...wakes, ...bounds, user, isExpired, asked, signal })
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (wakes.wanted() !== undefined && !signal.aborted) {
      const user = await context.user()
      if (user === undefined) wakes.takeProbe()
      else if (ports.locks.available)
        await asLeader(ports, lockName(database, user.partition), user.partition, signal, (isExpired, lost) =>
          drainFor(user, isExpired, AbortSignal.any([signal, lost])).catch((error: unknown) => {
            // The realm that took the lock away does the rest.
            if (!lost.aborted) throw error
          }),
        )
      else await drainFor(user, watched, signal)
    }
  }

  function wake(probe: WakeReason): Promise<void> {
    if (probe === 'signal') ports.reachability?.disturb()
    wakes.add(probe)
    const { signal } = halting
    running ??= run(signal)
      .catch((error: unknown) => {
        if (signal.aborted) return
        wakes.takeProbe()
        ports.report(error)
        // Entries in doubt are never due, so nobody else would look after them.
        if (asked.size > 0) ports.clock.after(recheckMs, wakeUnless(signal))
      })
      .then(() => {
        running = undefined
        // The drain has not heard a wake-up that came as it ended.
        const missed = wakes.takeProbe()
        return missed === undefined ? undefined : wake(missed)
      })
    return running
  }

  return {
    wake,
    ring: () => void (running && wakes.add('capture')),
    halt() {
      wakes.takeProbe()
      halting.abort()
      halting = new AbortController()
    },
  }
}

/** The strongest reason to drain that no drain has taken yet. */
function createWakes() {
  let wanted: WakeReason | undefined
  let ring = () => {}
  return {
    wanted: () => wanted,
    add(probe: WakeReason) {
      wanted = wanted === undefined ? probe : strongest(wanted, probe)
      ring()
    },
    takeProbe() {
      const probe = wanted
      wanted = undefined
      return probe
    },
    comeBack() {
      wanted ??= 'none'
    },
    woken: () =>
      new Promise<void>((resolve) => {
        ring = resolve
      }),
  }
}
