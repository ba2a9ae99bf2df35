// Decides when to look at the outbox again if nothing happens meanwhile, and how hard to try then.

import { lookAgainAt, type Surroundings, unmetAt } from '../conditions/conditions.js'
import { probeHiddenMs, probeVisibleMs, waitCapMs } from '../limits.js'
import { type CanSend, conditionsOf, originOf } from '../outbox/delivery-requirements.js'
import { readPartition, readPause } from '../outbox/partition.js'
import type { WakeReason } from '../outcomes/circuit-breaker.js'
import { restMs } from '../rows/origin-row.js'
import type { OriginRow, PartitionRow, SessionRow } from '../rows/rows.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { type Due, nextDue, readOrigins } from './claim.js'
import { listLeasedEntries } from './lease.js'

export interface NextWake {
  readonly delayMs: number
  readonly probe: WakeReason
}

/** Something is due or in flight. After this time it is looked whether an executor sends it. */
const overdueLookMs = 2_000

/** Undefined where only an event can change anything. `watched` means a visible window that believes itself online. */
export function nextWake(
  outlook: Outlook,
  now: number,
  watched: boolean,
  surroundings: Surroundings,
): NextWake | undefined {
  const { row, sending } = outlook
  if (row.waiting === 0 || row.paused === 'principal') return undefined
  const slow: NextWake = watched
    ? { delayMs: probeVisibleMs, probe: 'timer' }
    : { delayMs: probeHiddenMs, probe: 'slowTimer' }
  if (row.paused === 'auth') return paced(slow, now, row.askedAt)
  const next = nextHead(outlook, now, slow, surroundings)
  // Should the executor die, the realm that waits for its lock takes over at once (P4).
  if (sending && (next === undefined || next.delayMs > overdueLookMs))
    return { delayMs: overdueLookMs, probe: slow.probe }
  return next
}

/** At this pace since the last try. A look that comes meanwhile puts nothing off. */
const paced = ({ delayMs, probe }: NextWake, now: number, triedAt = now): NextWake => ({
  delayMs: delayMs - (Math.abs(now - triedAt) % delayMs),
  probe,
})

function nextHead(
  { origins, due }: Outlook,
  now: number,
  slow: NextWake,
  surroundings: Surroundings,
): NextWake | undefined {
  if (due.length === 0) return undefined
  const waits = due.map((one) => {
    const row = origins.find(({ origin }) => origin === originOf(one.channel))
    const rest = row?.rest?.kind === 'away' ? paced(slow, now, row.probedAt).delayMs : row && restMs(row, now)
    const ms = Math.max(sendableAt(one, now, surroundings) - now, rest ?? 0)
    return ms > 0 ? ms : overdueLookMs
  })
  return { ...slow, delayMs: Math.min(waitCapMs, ...waits) }
}

/** When it is due and may be sent, or when to look again whether it may. */
function sendableAt(
  { channel, at: dueAt, savedAt = 0 }: Due,
  now: number,
  surroundings: Surroundings,
): number {
  // After a clock went back the next drain has its wait begin anew (`recover-entries.ts`).
  const at = savedAt > now ? now : dueAt
  const missing = unmetAt(conditionsOf(channel), now, surroundings)
  return missing === undefined ? at : Math.max(at, lookAgainAt(missing, now))
}

/** The rows that decide when an outbox is looked at again. */
export interface Outlook {
  /** Paused also while the browser is in no session, or in another user's. */
  readonly row: PartitionRow
  readonly origins: readonly OriginRow[]
  /** Due entries that the reader's realm can send. */
  readonly due: readonly Due[]
  /** Whether an attempt is in flight by the rows. Its executor may be dead. */
  readonly sending: boolean
  /** The session of another user in the place of this one's. */
  readonly taken?: SessionRow | undefined
}

export async function readOutlook(
  tx: StoreTransaction,
  partition: string,
  serves: CanSend,
): Promise<Outlook> {
  const row = await readPartition(tx, partition)
  const [[paused, taken], origins, due, sending] = await Promise.all([
    readPause(tx, row),
    readOrigins(tx, row),
    nextDue(tx, row, serves),
    listLeasedEntries(tx, partition),
  ])
  if (paused !== undefined) row.paused = paused
  return { row, origins, due, sending: sending.length > 0, taken }
}
