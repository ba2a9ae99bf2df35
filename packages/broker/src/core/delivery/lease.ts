// The lease of an attempt tells whether an executor still holds its entry, and whether it shows signs of life. A watcher
// counts time on its own clock, and trusts no wall clock (P4).

import { leaseMs, leaseRenewalMs, pageRowsMax } from '../limits.js'
import { transition } from '../outbox/entry-state.js'
import { isValidEntry } from '../outbox/row-validation.js'
import type { Clock } from '../platform.js'
import { type SendingEntry, toRow } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { StoreTransaction } from '../rows/store-port.js'
import type { DeliveryPorts } from './delivery-ports.js'

/** A text that changes with every claim and every renewal. */
export const leaseVersion = ({ id, fence, lease }: SendingEntry): string => `${id}.${fence}.${lease.renewals}`

/** Tells of something that is looked at again and again whether its sign did not change for a lease's whole time. */
export type LeaseWatch = (what: string, sign: string) => boolean

/**
 * Between two looks no more time counts than between two renewals. A watcher that slept so long may have had the
 * owner sleeping beside it.
 */
export function createLeaseWatch(clock: Clock): LeaseWatch {
  const seen = new Map<string, { readonly sign: string; readonly forMs: number; readonly at: number }>()
  return (what, sign) => {
    const at = clock.monotonic()
    const known = seen.get(what)
    const forMs = known?.sign === sign ? known.forMs + Math.min(at - known.at, leaseRenewalMs) : 0
    seen.set(what, { sign, forMs, at })
    return forMs >= leaseMs
  }
}

/** The row of an attempt, by its fence. Undefined where its executor has lost the entry. */
export async function findLeasedEntry(
  tx: StoreTransaction,
  { partition, seq, fence }: SendingEntry,
): Promise<SendingEntry | undefined> {
  const row = await tx.get('entries', [partition, seq])
  return row?.state === 'sending' && row.fence === fence && isValidEntry(row) ? row : undefined
}

/** The entries that are being sent by their rows. Their executor may be dead. */
export async function listLeasedEntries(
  tx: StoreTransaction,
  partition: string,
): Promise<readonly SendingEntry[]> {
  const rows = await tx.list(keySpan('entries', [partition, 'sending'], 'unsure'), pageRowsMax)
  return rows.filter(isValidEntry).filter((row) => row.state === 'sending')
}

/** Renews the leases of the attempts in flight, so that a watcher sees that they live. Gives what ends it. */
export function keepLeases(
  { store, clock, report }: Pick<DeliveryPorts, 'store' | 'clock' | 'report'>,
  flights: ReadonlyMap<string, { readonly entry: SendingEntry }>,
): () => void {
  const renew = () => {
    cancel = clock.after(leaseRenewalMs, renew)
    if (flights.size === 0) return
    store
      .transact('readwrite', 'relaxed', async (tx) => {
        for (const { entry } of flights.values()) {
          const row = await findLeasedEntry(tx, entry)
          if (row !== undefined) tx.put('entries', toRow(transition(row, { type: 'renewed' })))
        }
      })
      .catch(report)
  }
  let cancel = clock.after(leaseRenewalMs, renew)
  return () => cancel()
}
