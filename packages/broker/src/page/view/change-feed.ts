// Keeps a page abreast of its user's outbox. Restores the entries that wait at the start, then reads the rows at each
// hint that they changed, at most once a frame.

import { recount } from '../../core/backup/recount.js'
import {
  type Cursor,
  type OutboxChanges,
  type OutboxStart,
  readOutboxChanges,
  readStart,
} from '../../core/journal/outbox-changes.js'
import type { CanSend } from '../../core/outbox/delivery-requirements.js'
import type { Ports } from '../../core/ports/ports.js'
import type { StoreTransaction } from '../../core/rows/store.js'
import type { BrokerAction, JournalPosition, OutcomeAction } from '../../redux/actions.js'
import type { PageLifecycle } from '../lifecycle/page-lifecycle.js'
import {
  type ChangesContext,
  outcomeOf,
  restoredActions,
  setAside,
  standing,
  toActions,
} from './changes-to-actions.js'
import { createJournalUpkeep, type JournalUpkeepContext } from './journal-upkeep.js'

export interface ChangeFeedContext extends JournalUpkeepContext, Pick<ChangesContext, 'parse' | 'shown'> {
  readonly host: PageLifecycle
  readonly serves: CanSend
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
  /** The last place in a journal that this page has shown, before this follower too. */
  told(): JournalPosition | undefined
  onNews(news: OutboxChanges): void
  /** A dead letter holds these lanes back. */
  blocked(lanes: readonly string[]): void
}

export interface ChangeFeed {
  /** Resolves when the entries that wait are back in the view; rejects where the storage fails. */
  start(): Promise<void>
  /** Something may have changed. */
  hint(): void
  /** Resolves when all that was committed before the call is in the view; rejects where the storage fails. */
  catchUp(): Promise<void>
  /** The last row of the journal that is in the view. */
  shown(): number
  stop(): void
}

export function createChangeFeed(context: ChangeFeedContext): ChangeFeed {
  const { ports, host, partition, serves } = context
  let seen: Cursor = { seq: 0, number: 0 }
  let stopped = false
  let hinted = false
  const keeper = createJournalUpkeep(context)
  const [start, catchUp] = createTurns(begin, () => follow(false))

  /** `late`: the journal tells what happened before this page began. */
  async function follow(late: boolean): Promise<void> {
    for (let more = true; more && !stopped; ) {
      const news = await ports.store.transact('readonly', 'relaxed', (tx) =>
        readOutboxChanges(tx, partition, seen, serves),
      )
      if (stopped) return
      if (news.seen.number > seen.number) keeper.shown(news.seen.number)
      seen = news.seen
      context.dispatch(toActions(news, { ...context, late }))
      context.onNews(news)
      more = news.more
    }
  }

  async function begin(): Promise<void> {
    const rows = await startCounted(ports, partition)
    if (stopped) return
    const [number, actions] = startActions(rows, context)
    if (number > rows.seen.number) keeper.shown(number)
    seen = { ...rows.seen, number }
    context.dispatch(actions)
    context.blocked(rows.blocked)
    await follow(true)
    keeper.started()
  }

  return {
    hint() {
      if (hinted || stopped) return
      hinted = true
      host.frame(() => {
        hinted = false
        catchUp().catch(ports.report)
      })
    },
    catchUp,
    shown: () => seen.number,
    start,
    stop() {
      stopped = true
      keeper.stop()
    },
  }
}

/** Gives the first reading, and a later one. All that ask during a reading share the next one. */
function createTurns(begin: () => Promise<void>, follow: () => Promise<void>) {
  let reading = Promise.resolve()
  let next: Promise<void> | undefined
  const read = (work: () => Promise<void>) => {
    next = undefined
    reading = work()
    return reading
  }
  return [
    () => read(begin),
    () => {
      next ??= reading.catch(() => {}).then(() => read(follow))
      return next
    },
  ] as const
}

/** The last number of the journal that a starting page shows, and the actions that bring the view there. */
function startActions(
  { last, seen, told: journal, ...rows }: OutboxStart,
  context: ChangeFeedContext,
): readonly [number, readonly BrokerAction[]] {
  const { partition } = context
  const told = context.told()
  const toldHere = told?.outbox === partition ? told.number : 0
  // A database that was lost begins its journal anew.
  const number = toldHere > last ? seen.number : Math.max(seen.number, toldHere)
  const entries = rows.entries.filter(({ id }) => context.shown(id) === undefined)
  const outcomes = standing(journal).flatMap((row) => outcomeOf(row, { ...context, late: true }) ?? [])
  const past = { told: { outbox: partition, number }, last, outcomes }
  return [number, [restoredActions(entries, rows.letters, past), ...setAside(rows)]]
}

/** Reads the rows that a page begins with. Where their counts are wrong they are counted anew, and read again. */
async function startCounted(
  { store, clock, report }: Pick<Ports, 'store' | 'clock' | 'report'>,
  partition: string,
): Promise<OutboxStart> {
  const read = (tx: StoreTransaction) => readStart(tx, partition)
  const start = await store.transact('readonly', 'relaxed', read)
  if (start.miscounted === undefined) return start
  const counted = store.transact('readwrite', 'relaxed', async (tx) => {
    const { miscounted } = await read(tx)
    if (miscounted !== undefined) await recount(tx, miscounted, clock.now())
    return read(tx)
  })
  return counted.catch((error: unknown) => {
    report(error)
    return start
  })
}
