// The loop that sends. It settles ended attempts, claims due entries and sends them, until nothing is due. A page and a
// worker run the same. A crash between any two steps delays and never loses.

import type { Limits } from '../limits.js'
import { originOf } from '../outbox/delivery-requirements.js'
import { beginSession, changePartition, type Owner } from '../outbox/partition.js'
import { mayProbe, type WakeReason } from '../outcomes/circuit-breaker.js'
import type { SendingEntry } from '../rows/entry.js'
import type { PartitionRow } from '../rows/rows.js'
import { type AskContext, askSession } from './ask-server.js'
import { type AttemptContext, attempt, outcomeOfThrownHeaders } from './attempt.js'
import { type ClaimOptions, claim } from './claim.js'
import type { DeliveryPorts } from './delivery-ports.js'
import { keepLeases } from './lease.js'
import { type IsExpired, recoverEntries } from './recover-entries.js'
import { type Finished, settleEach, settleTogether } from './settle.js'
import type { StatusQuery, StatusQueryCode, StatusQueryContext, StatusQuestion } from './status-query.js'

export interface DrainContext
  extends Pick<ClaimOptions, 'owner'>,
    Pick<AskContext, 'serves' | 'prepare' | 'signal'>,
    Pick<AttemptContext, 'refuses'>,
    Pick<StatusQueryContext, 'asked' | 'askAgain'> {
  readonly ports: DeliveryPorts
  readonly limits: Limits
  readonly user: Owner
  readonly isExpired: IsExpired
  /** The monotonic time after which the rest is left to the next drain, since a worker does not live long. */
  readonly until: number
  /** The reason of the wake-up since the last call; undefined where there was none. */
  takeProbe(): WakeReason | undefined
  /** There is more to do than this drain has time for. */
  comeBack(): void
  /** Resolves at the next wake-up. */
  woken(): Promise<void>
  /** Undefined where the code of the status query is missing, so that entries in doubt wait. */
  statusQueryCode(): StatusQueryCode | undefined
}

interface AttemptInFlight {
  readonly entry: SendingEntry
  readonly landed: Promise<Finished>
}

/** Rejects if the storage fails or the signal aborts. The next holder of the lock sends its requests again. */
export async function drain(context: DrainContext): Promise<void> {
  const { signal } = context
  const flying = new AbortController()
  signal.throwIfAborted()
  try {
    // Abort at once. A request that is being prepared must not leave with the credentials of another user.
    await loop({ ...context, signal: AbortSignal.any([signal, flying.signal]) })
  } catch (error) {
    flying.abort()
    throw error
  }
}

async function loop(context: DrainContext): Promise<void> {
  const { ports, signal } = context
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  const flights = new Map<string, AttemptInFlight>()
  const sessionQuery = querySession(context)
  let statusQuery: StatusQuery | undefined
  let stealsFound: number | undefined
  let thrown = 0
  const stopRenewing = keepLeases(ports, flights)
  try {
    let finished: readonly Finished[] = []
    for (;;) {
      signal.throwIfAborted()
      const woken = Promise.race([context.woken(), aborted])
      const isOver = ports.clock.monotonic() >= context.until
      const probe = (isOver ? undefined : context.takeProbe()) ?? 'none'
      if (probe !== 'none') thrown = 0
      if (probe === 'signal') context.asked.clear()
      const from = thrown < thrownMax ? context : { ...context, until: 0 }
      const { claimed, doubted, open, row } = await drainStep(from, flights, finished, probe, stealsFound)
      stealsFound ??= row.steals ?? 0
      for (const { entry, outcome } of finished) {
        flights.delete(entry.id)
        thrown = outcome.kind === 'retry' && outcome.problem ? thrown + 1 : 0
      }
      for (const entry of claimed) flights.set(entry.id, launch(context, entry, row))
      if (finished.length + claimed.length > 0 || doubted) ports.bus.post('changed')
      if (open.length > 0 && isOver) context.comeBack()
      else if (open.length > 0) statusQuery ??= context.statusQueryCode()?.queryStatus(context)
      if (!isOver) statusQuery?.ask(open)
      const asking = [sessionQuery(row, probe), statusQuery?.asking()].filter((one) => one !== undefined)
      if (flights.size + asking.length === 0) return
      finished = await landing(flights, [woken, ...asking])
    }
  } finally {
    stopRenewing()
  }
}

interface DrainStep {
  readonly claimed: readonly SendingEntry[]
  /** Whether entries are in doubt that were not before. */
  readonly doubted: boolean
  /** Questions for the server about entries in doubt. */
  readonly open: readonly StatusQuestion[]
  readonly row: PartitionRow
}

/**
 * Settles the attempts that have ended and claims due entries in their place, while the leader lock is ours. All of this
 * is one transaction. The first step recovers the entries of an executor that died. `stealsFound` is the row's `steals` as
 * that step found them. If a step fails each attempt is settled apart, so that one answer that cannot be stored holds up
 * no other.
 */
async function drainStep(
  context: DrainContext,
  flights: ReadonlyMap<string, AttemptInFlight>,
  finished: readonly Finished[],
  probe: WakeReason,
  stealsFound: number | undefined,
): Promise<DrainStep> {
  const { ports, limits, serves, owner, signal } = context
  const ended = new Set(finished.map(({ entry }) => entry.id))
  const inFlight = [...flights.values()]
    .filter(({ entry }) => !ended.has(entry.id))
    .map(({ entry }) => originOf(entry.channel))
  const goOn = (settling: readonly Finished[]) =>
    ports.store.transact('readwrite', 'strict', async (tx) => {
      const { now, row, origins, writeBack } = await settleTogether(tx, context, settling)
      const { steals = 0 } = row
      const isRecovered = stealsFound === undefined && (await recoverEntries(tx, row, context.isExpired, now))
      const isOurs = (stealsFound ?? steals) === steals && !signal.aborted
      const concurrencyMax = isOurs && ports.clock.monotonic() < context.until ? limits.concurrencyMax : 0
      const { claimed, doubted } = await claim(tx, row, origins, {
        owner,
        now,
        probe,
        concurrencyMax,
        inFlight,
        serves,
        surroundings: ports,
        reachability: ports.reachability,
      })
      await writeBack(isRecovered || settling.length + claimed.length + doubted.length > 0)
      const isDoubted = doubted.length > 0 || finished.some(({ outcome }) => outcome.kind === 'inDoubt')
      const code = row.statusQuery === undefined ? undefined : context.statusQueryCode()
      const open = (await code?.questions(tx, row, context)) ?? []
      return { claimed, doubted: isDoubted, open, row }
    })
  return goOn(finished).catch(async (error: unknown) => {
    if (finished.length === 0) throw error
    await settleEach(context, finished)
    return goOn([])
  })
}

function launch(context: DrainContext, entry: SendingEntry, row: PartitionRow): AttemptInFlight {
  const { principal } = context.user
  const landed = attempt({ ...context, ...context.limits, principal, row }, entry).then(
    (attempted) => ({ entry, ...attempted }),
    async (error): Promise<Finished> => ({
      entry,
      outcome: await outcomeOfThrownHeaders({ ...context, row }, entry, error),
    }),
  )
  return { entry, landed }
}

/** How many attempts in a row may end so before the next wake-up, so that a thousand entries ask a few at a time. */
const thrownMax = 20

/** Waits for an attempt to end or for another event, and gives all that have ended by then. */
async function landing(
  flights: ReadonlyMap<string, AttemptInFlight>,
  others: readonly Promise<void>[],
): Promise<readonly Finished[]> {
  const ended: Finished[] = []
  const all = [...flights.values()].map(({ landed }) => landed.then((finished) => ended.push(finished)))
  await Promise.race<unknown>([...others, ...all])
  return [...ended]
}

/**
 * Gives a function that asks the session's probe during a pause, where it is time for it. That gives the asking that goes
 * on, which never rejects. Nothing but the pause waits for the answer.
 */
function querySession(
  context: DrainContext,
): (row: PartitionRow, probe: WakeReason) => Promise<void> | undefined {
  let session: number | undefined
  let asking: Promise<void> | undefined
  return (row, probe) => {
    // A later session is another question.
    if (session !== row.session) asking = undefined
    if (row.paused !== 'auth' || !mayProbe(probe, row.askedAt ?? 0, context.ports.clock.now())) return asking
    session = row.session
    if (asking === undefined) {
      const mine = resume(context, row)
        .catch(context.ports.report)
        .finally(() => {
          if (asking === mine) asking = undefined
        })
      asking = mine
    }
    return asking
  }
}

/** A pause for want of a session ends when the session's own probe answers well. */
async function resume(context: DrainContext, row: PartitionRow): Promise<void> {
  const { ports, limits, signal } = context
  const { store, clock, bus } = ports
  const [word, unclear] = (await askSession({ ...context, ...limits, row })) ?? []
  if (word === undefined || signal.aborted) return
  const isGood = word === 'good'
  const now = clock.now()
  const note = (latest: PartitionRow) => {
    if (latest.session !== row.session || latest.paused !== row.paused) return
    if (isGood) beginSession(latest)
    else Object.assign(latest, { askedAt: now, unclear })
  }
  await store.transact('readwrite', 'relaxed', (tx) => changePartition(tx, row.partition, now, note))
  if (!isGood) return
  bus.post('changed')
  context.comeBack()
}
