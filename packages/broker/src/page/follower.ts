// Keeps a page abreast of its user's outbox: restores what waits at the start, then reads the rows whenever anything
// hints that they changed, at most once a frame.
import type { Serves } from '../core/channel.js'
import { type News, readNews, readStart, type Seen } from '../core/news.js'
import { changePartition } from '../core/partition.js'
import type { Ports } from '../core/ports.js'
import type { BrokerAction, OutcomeAction } from '../redux/actions.js'
import { type CatchUp, outcomeOf, restored, setAside, toActions } from './catch-up.js'
import type { Host } from './host.js'

export interface FollowerContext extends Pick<CatchUp, 'knows' | 'parse'> {
  readonly ports: Ports
  readonly host: Host
  readonly partition: string
  readonly serves: Serves
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
  /** Outcomes that earlier pages have shown. */
  remember(outcomes: readonly OutcomeAction[]): void
  onNews(news: News): void
  /** A dead letter holds these lanes back. */
  blocked(lanes: readonly string[]): void
}

export interface Follower {
  /** Resolves when what waits is back in the view; rejects where the storage fails. */
  start(): Promise<void>
  /** Something may have changed. */
  hint(): void
  /** Resolves when all that was committed before the call is in the view; rejects where the storage fails. */
  catchUp(): Promise<void>
  /** The last row of the journal that is in the view. */
  shown(): number
  stop(): void
}

/** How long what was shown may go unrecorded: a page killed in that time shows it again at its next start. */
const tellMs = 1_000

export function createFollower(context: FollowerContext): Follower {
  const { ports, host, partition, serves } = context
  let seen: Seen = { seq: 0, number: 0 }
  /** The last reading that has begun. */
  let reading = Promise.resolve()
  /** The one that begins after it. */
  let next: Promise<void> | undefined
  let stopped = false
  let hinted = false
  let cancelTelling: (() => void) | undefined

  /** `late`: the journal tells what happened before this page began. */
  async function follow(late: boolean): Promise<void> {
    for (let more = true; more && !stopped; ) {
      const news = await ports.store.transact('readonly', 'relaxed', (tx) =>
        readNews(tx, partition, seen, serves),
      )
      if (stopped) return
      if (news.seen.number > seen.number) tellSoon()
      seen = news.seen
      context.dispatch(toActions(news, { ...context, late }))
      context.onNews(news)
      more = news.more
    }
  }

  function hint(): void {
    if (hinted || stopped) return
    hinted = true
    host.frame(() => {
      hinted = false
      catchUp().catch(ports.report)
    })
  }

  function catchUp(): Promise<void> {
    next ??= reading
      .catch(() => {})
      .then(() => {
        next = undefined
        reading = follow(false)
        return reading
      })
    return next
  }

  async function begin(): Promise<void> {
    const start = await ports.store.transact('readonly', 'relaxed', (tx) => readStart(tx, partition))
    if (stopped) return
    seen = start.seen
    const entries = start.entries.filter(({ id }) => !context.knows(id))
    context.dispatch([restored(entries, start.letters, true), ...setAside(start)])
    context.blocked(start.blocked)
    context.remember(start.told.flatMap((row) => outcomeOf(row, { ...context, late: true }) ?? []))
    await follow(true)
  }

  function tellSoon(): void {
    cancelTelling ??= ports.clock.after(tellMs, () => {
      cancelTelling = undefined
      ports.store
        .transact('readwrite', 'relaxed', (tx) =>
          changePartition(tx, partition, (row) => {
            row.told = Math.max(seen.number, row.told ?? 0)
          }),
        )
        .catch(ports.report)
    })
  }

  return {
    hint,
    catchUp,
    shown: () => seen.number,
    start() {
      reading = begin()
      return reading
    },
    stop() {
      stopped = true
      cancelTelling?.()
    },
  }
}
