// The leader lock says which realm drains a partition. A realm that waits for the lock watches its holder, and takes the
// lock from a holder that shows no sign of life. A tab that hangs keeps its lock for as long as it hangs.
import { lookMs } from '../limits.js'
import { changePartition, readPartition } from '../outbox/partition.js'
import type { StoreTransaction } from '../rows/store-port.js'
import type { DeliveryPorts } from './delivery-ports.js'
import { createLeaseWatch, leaseVersion, listLeasedEntries } from './lease.js'
import { allExpired, type IsExpired } from './recover-entries.js'

/** The work of a leader. `isExpired` tells which leases are given up. `lost` aborts where another takes the lock away. */
export type LeaderWork = (isExpired: IsExpired, lost: AbortSignal) => Promise<void>

/** Rejects where `work` does, or where the signal aborts before its turn has come. */
export async function asLeader(
  ports: Pick<DeliveryPorts, 'locks' | 'store' | 'clock'>,
  lock: string,
  partition: string,
  signal: AbortSignal,
  work: LeaderWork,
): Promise<void> {
  const line = new AbortController()
  let left: ReadonlySet<string> | undefined
  let began = false
  const stopWatching = detectHungLeader(ports, partition, (leases) => {
    left = leases
    line.abort()
  })
  const begin = (isExpired: IsExpired) => (lost: AbortSignal) => {
    began = true
    stopWatching()
    // A realm that slept while it was granted the lock may have lost the lock before it began.
    return work((entry) => !lost.aborted && isExpired(entry), lost)
  }
  try {
    await ports.locks.hold(lock, { signal: AbortSignal.any([signal, line.signal]) }, begin(allExpired))
  } catch (error) {
    const leases = left
    if (began || leases === undefined) throw error
    // Only the leases that were watched. A newer lease is of a living executor.
    const stolen = begin((entry) => leases.has(leaseVersion(entry)))
    await ports.locks.hold(lock, { signal, steal: true }, stolen)
  } finally {
    stopWatching()
  }
}

interface LeaderSigns {
  readonly steals: number
  readonly leases: readonly string[]
}

/**
 * Looks again and again at what the holder of the lock is sending. Nothing at all is a sign as well, since a living
 * one with nothing in flight lets go. Gives what ends it.
 */
function detectHungLeader(
  { store, clock }: Pick<DeliveryPorts, 'store' | 'clock'>,
  partition: string,
  onSilence: (leases: ReadonlySet<string>) => void,
): () => void {
  const watch = createLeaseWatch(clock)
  let stopped = false
  let cancel = clock.after(lookMs, look)

  async function look(): Promise<void> {
    // A look that fails tells nothing of the holder.
    const leases = await lookOnce().catch(() => undefined)
    if (stopped) return
    if (leases === undefined) cancel = clock.after(lookMs, look)
    else onSilence(new Set(leases))
  }

  async function lookOnce(): Promise<readonly string[] | undefined> {
    const signs = await store.transact('readonly', 'relaxed', (tx) => readLeaderSigns(tx, partition))
    if (stopped || !watch('holder', signsAsText(signs))) return undefined
    // However many realms have watched, one takes the lock. The others find that the sign has changed.
    return store.transact('readwrite', 'strict', async (tx) => {
      if (signsAsText(await readLeaderSigns(tx, partition)) !== signsAsText(signs) || stopped)
        return undefined
      await changePartition(tx, partition, clock.now(), (row) => {
        row.steals = (row.steals ?? 0) + 1
      })
      return signs.leases
    })
  }

  return () => {
    stopped = true
    cancel()
  }
}

async function readLeaderSigns(tx: StoreTransaction, partition: string): Promise<LeaderSigns> {
  const [{ steals = 0 }, sending] = await Promise.all([
    readPartition(tx, partition),
    listLeasedEntries(tx, partition),
  ])
  return { steals, leases: sending.map(leaseVersion) }
}

const signsAsText = ({ steals, leases }: LeaderSigns) => [steals, ...leases].join(' ')
