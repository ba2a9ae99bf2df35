// Settles attempts that have ended: together, or each by itself where the storage does not take one of them.

import type { Limits } from '../limits.js'
import { shrinkJournal } from '../outbox/journal.js'
import { type Owner, readPartition } from '../outbox/partition.js'
import type { Outcome } from '../outcomes/outcome.js'
import type { Ports } from '../ports.js'
import { isFull } from '../rows/disk-reserve.js'
import type { StoreTransaction } from '../rows/store.js'
import { readOrigins } from './claim.js'
import { type Finished, type Ledgers, settle } from './settle.js'

interface SettleContext {
  readonly ports: Ports
  readonly limits: Limits
  readonly user: Owner
}

/** Gives the rows that were read, as the settlements changed them. `writeBack` stores the changes. */
export async function settleTogether(
  tx: StoreTransaction,
  { ports, limits, user }: SettleContext,
  finished: readonly Finished[],
): Promise<Ledgers & { readonly now: number; readonly writeBack: (hasChanged: boolean) => void }> {
  const now = ports.clock.now()
  const row = await readPartition(tx, user.partition)
  const rows = await readOrigins(tx, row)
  const origins = new Map(rows.map((one) => [one.origin, one]))
  const options = { now, failuresMax: limits.failuresMax, random: ports.chance.random }
  const first = row.nextNumber
  for (const done of finished) await settle(tx, { row, origins }, done, options)
  if (finished.length > 0) await shrinkJournal(tx, row, undefined, first)
  return {
    now,
    row,
    origins,
    writeBack(hasChanged) {
      if (hasChanged) tx.put('partitions', row)
      for (const health of origins.values()) if (!rows.includes(health)) tx.put('origins', health)
    },
  }
}

/** Settles an attempt without its body if that cannot be stored alone either. Rejects where the storage takes nothing. */
export async function settleEach(context: SettleContext, finished: readonly Finished[]): Promise<void> {
  const alone = (done: Finished) =>
    context.ports.store.transact('readwrite', 'strict', async (tx) =>
      (await settleTogether(tx, context, [done])).writeBack(true),
    )
  for (const done of finished)
    await alone(done).catch((error: unknown) => {
      context.ports.report(error)
      return alone({ ...done, outcome: withoutBody(done.outcome, error) })
    })
}

function withoutBody(outcome: Outcome, error: unknown): Outcome {
  const reason = isFull(error) ? 'storageFull' : 'answerNotStored'
  if (outcome.kind === 'delivered') return { kind: 'confirmed', httpStatus: outcome.httpStatus, reason }
  return outcome.kind === 'returned' ? { ...outcome, problem: reason } : outcome
}
