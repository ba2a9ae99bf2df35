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
import { recheckMs } from '../../core/limits.js'
import type { CanSend } from '../../core/outbox/delivery-requirements.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { StoreTransaction } from '../../core/rows/store-port.js'
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

export interface ChangeFeedContext
  extends JournalUpkeepContext,
    Pick<ChangesContext, 'parse' | 'shown' | 'known'> {
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
  const { ports, partition, serves } = context
  let seen: Cursor = { seq: 0, number: 0 }
  let stopped = false
  const keeper = createJournalUpkeep(context)
  const [start, catchUp] = createTurns(begin, () => follow(false))

  /** `late`: the journal tells what happened before this page began. */
  async function follow(late: boolean): Promise<void> {
    for (let more = true; more && !stopped; ) {
      const news = await ports.store.transact('readonly', 'relaxed', (tx) =>
        readOutboxChanges(tx, partition, seen, serves),
      )
      if (stopped) return
      show(news, late)
      more = news.more
    }
  }

  function show(news: OutboxChanges, late: boolean): void {
    if (news.seen.number > seen.number) keeper.shown(news.seen.number)
    seen = news.seen
    context.dispatch(toActions(news, { ...context, late }))
    context.onNews(news)
  }

  // The counts come with the entries: a user who sees a change waiting must not see that nothing waits.
  async function begin(): Promise<void> {
    const { start, number, news } = await startCounted(ports, partition, (tx) => readBeginning(tx, context))
    if (stopped) return
    if (number > start.seen.number) keeper.shown(number)
    seen = { ...start.seen, number }
    context.dispatch(startActions(start, number, context))
    context.blocked(start.blocked)
    show(news, true)
    if (news.more) await follow(true)
    keeper.started()
  }

  return {
    hint: createHint(context, catchUp, () => stopped),
    catchUp,
    shown: () => seen.number,
    start,
    stop() {
      stopped = true
      keeper.stop()
    },
  }
}

/** Catches up once for all hints of a frame. */
function createHint(
  { ports, host }: Pick<ChangeFeedContext, 'ports' | 'host'>,
  catchUp: () => Promise<void>,
  isStopped: () => boolean,
): () => void {
  let hinted = false
  return function hint() {
    if (hinted || isStopped()) return
    hinted = true
    host.frame(() => {
      hinted = false
      catchUp().catch((error: unknown) => {
        ports.report(error)
        // The rows tell when to look next, and they could not be read.
        ports.clock.after(recheckMs, hint)
      })
    })
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

/** The last number of the journal that a starting page takes for shown. */
function firstNumber({ last, seen }: OutboxStart, { told, partition }: ChangeFeedContext): number {
  const before = told()
  const toldHere = before?.outbox === partition ? before.number : 0
  // A database that was lost begins its journal anew.
  return toldHere > last ? seen.number : Math.max(seen.number, toldHere)
}

function startActions(
  { last, told: journal, ...rows }: OutboxStart,
  number: number,
  context: ChangeFeedContext,
): readonly (BrokerAction | OutcomeAction)[] {
  const entries = rows.entries.filter(({ id }) => context.shown(id) === undefined)
  const outcomes = standing(journal).flatMap((row) => outcomeOf(row, { ...context, late: true }) ?? [])
  const past = { told: { outbox: context.partition, number }, last, outcomes }
  // Another page was told of the end, and this one has left it in the view at a sign-out.
  const left = outcomes.filter(
    ({ meta }) => context.shown(meta.entryId) === undefined && context.known(meta.entryId),
  )
  return [restoredActions(entries, rows.letters, past), ...setAside(rows), ...left]
}

interface Beginning {
  readonly start: OutboxStart
  readonly number: number
  readonly news: OutboxChanges
}

async function readBeginning(tx: StoreTransaction, context: ChangeFeedContext): Promise<Beginning> {
  const { partition, serves } = context
  const start = await readStart(tx, partition)
  const number = firstNumber(start, context)
  const news = await readOutboxChanges(tx, partition, { ...start.seen, number }, serves)
  return { start, number, news }
}

/** Reads what a page begins with. Where the counts are wrong the rows are counted anew, and read again. */
async function startCounted(
  { store, clock, report }: Pick<Ports, 'store' | 'clock' | 'report'>,
  partition: string,
  read: (tx: StoreTransaction) => Promise<Beginning>,
): Promise<Beginning> {
  const beginning = await store.transact('readonly', 'relaxed', read)
  if (beginning.start.miscounted === undefined) return beginning
  const counted = store.transact('readwrite', 'relaxed', async (tx) => {
    const { miscounted } = await readStart(tx, partition)
    if (miscounted !== undefined) await recount(tx, miscounted, clock.now())
    return read(tx)
  })
  return counted.catch((error: unknown) => {
    report(error)
    return beginning
  })
}
