// Finds entries that an executor was sending when it died, and puts them back among those that wait.
import { type SendingEntry, toRow } from './entry.js'
import { leaseMs, pageRowsMax } from './limits.js'
import { unknownEffect } from './outcome.js'
import { readPartition } from './partition.js'
import type { Clock, Store, StoreTransaction } from './ports.js'
import { type Ledgers, record } from './settle.js'
import { transition } from './transition.js'

/** Says whether an entry's lease has been given up. */
export type Lapsed = (entry: SendingEntry) => boolean

/** Whoever holds the partition's lock knows that no one else is sending: every lease it finds is a dead one's. */
export const lockHeld: Lapsed = () => true

/**
 * Where no lock tells, a lease has lapsed once it was watched unchanged for its whole time on the watcher's own
 * clock: neither the wall clock nor the owner's has a say in it (P4).
 */
export function watchLeases(clock: Clock): Lapsed {
  const seen = new Map<string, { readonly sign: string; readonly since: number }>()
  return ({ id, fence, lease }) => {
    const sign = `${fence}.${lease.renewals}`
    const known = seen.get(id)
    if (known?.sign !== sign) {
      seen.set(id, { sign, since: clock.monotonic() })
      return false
    }
    return clock.monotonic() - known.since >= leaseMs
  }
}

/** Puts the entries of lapsed leases back: their effect is unknown, their failure is no fault of theirs. */
export async function recover(store: Store, partition: string, lapsed: Lapsed, now: number): Promise<void> {
  await store.transact('readwrite', 'relaxed', async (tx) => {
    const rows = await tx.list(
      { store: 'entries', index: 'unsure', from: [partition, 'sending'], to: [partition, 'sending'] },
      pageRowsMax,
    )
    const left = rows.filter((row) => row.state === 'sending').filter(lapsed)
    if (left.length === 0) return
    const ledgers: Ledgers = { row: await readPartition(tx, partition), origins: new Map() }
    for (const row of left) putBack(tx, ledgers, row, now)
    tx.put('partitions', ledgers.row)
  })
}

function putBack(tx: StoreTransaction, ledgers: Ledgers, entry: SendingEntry, now: number): void {
  const outcome = unknownEffect(entry, 'interrupted', { counts: false })
  const trouble = { reason: 'interrupted', at: now }
  if (outcome.kind === 'inDoubt') {
    tx.put('entries', toRow(transition(entry, { type: 'doubted', trouble })))
    record(tx, ledgers, entry, { kind: 'doubted', answer: undefined, reason: 'interrupted' }, now)
    return
  }
  const deferral = { notBefore: now, now, counts: false, sent: true, effect: 'unknown', trouble } as const
  tx.put('entries', toRow(transition(entry, { type: 'deferred', ...deferral })))
}
