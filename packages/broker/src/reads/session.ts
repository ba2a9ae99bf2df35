// The reads of one user: each key's one request for all who ask, and what is on screen of them.
import { readKey } from '../core/reads/read-key.js'
import type { ReadContext } from '../page/read-engine.js'
import { type BrokerAction, isOutcome, type OutcomeAction } from '../redux/actions.js'
import { isDevelopment } from '../redux/development.js'
import type { Diary } from './diary.js'
import { createEdition } from './edition.js'
import { createIdentifying, type IdentifyingContext } from './identifying.js'
import { createPlace, type PlaceContext } from './place.js'
import { createReader, type Reader, type Wish } from './reader.js'
import { Reading, type ReadingContext } from './reading.js'
import { isOwn } from './request.js'
import { sayLeftOut } from './say-why.js'
import { createScreen } from './screen.js'
import { createTruth } from './truth.js'

export interface SessionContext
  extends Omit<ReadContext, 'principal'>,
    PlaceContext,
    IdentifyingContext,
    Pick<ReadingContext, 'line' | 'lineUp' | 'userHeader' | 'retries'> {
  readonly principal: string
  readonly diary: Diary
}

export interface ReadSession {
  /** Gives what the reader leaves by. */
  ask(reader: Reader): () => void
  /** As `ask`, and is on screen until it leaves: what makes it old has it asked for again. */
  show(reader: Pick<Reader, 'wish' | 'settle' | 'routed'>): () => void
  /** Call it with every action of the broker's own that reaches the store. */
  hear(action: BrokerAction | OutcomeAction): void
  /** All readers leave. What was on screen is asked for again when the page is looked at. */
  cancel(): void
  stop(): void
}

export function createReadSession(context: SessionContext): ReadSession {
  const { ports, limits, written, diary } = context
  const readings = new Map<string, Reading>()
  const screen = createScreen({
    ...ports,
    ...context,
    onScreenMax: limits.waitingReadsMax,
    leftOut: isDevelopment ? sayLeftOut : () => {},
  })
  const truth = createTruth({ ...context, restored: context.restored() })
  const readingsMax = limits.waitingReadsMax + limits.concurrencyMax

  function begin(key: string, reader: Reader): Reading {
    const { request } = reader.wish
    const tell = diary.open(request.url, () => reading)
    const reading: Reading = new Reading({
      ...context,
      truth,
      place: createPlace(context, request),
      isOwn: isOwn(context.snapshot, request.url),
      tell(kind, order) {
        if (kind === 'ended') readings.delete(key)
        tell(kind, order)
      },
    })
    readings.set(key, reading)
    reading.join(reader)
    tell('waiting')
    return reading
  }

  function join(reader: Reader): () => void {
    const key = readKey({ partition: '', request: reader.wish.request })
    const known = readings.get(key)
    known?.join(reader)
    if (known === undefined && readings.size >= readingsMax) return refuse(reader, context)
    const reading = known ?? begin(key, reader)
    return () => reading.leave(reader)
  }

  const { ask, cancel: cancelIdentified } = createIdentifying(context, join)
  const refreshes = createRefreshes(ask)

  function cancel(): void {
    for (const reader of cancelIdentified()) createEdition({ kind: 'cancelled' }, context).tell(reader)
    for (const reading of [...readings.values()]) reading.cancel()
  }

  return {
    ask,
    show(given) {
      const { wish, routed } = given
      const key = readKey({ partition: routed?.action.type, request: wish.request })
      const reader = { ...given, ended: (...how) => screen.ended(key, ...how) } satisfies Partial<Reader>
      const leave = ask(createReader(reader))
      const hide = screen.show(key, {
        tags: wish.tags,
        again: (isRepeat) => refreshes.begin(key, { ...reader, wish: rereadOf(wish, isRepeat) }),
        gone: () => refreshes.end(key),
      })
      return () => {
        leave()
        hide()
      }
    },
    hear(action) {
      truth.hear(action)
      if (!isOutcome(action) || !isNews(action)) return
      screen.invalidated(written.invalidated(action.meta.action))
      screen.touched(written.touched(action.meta.action))
    },
    cancel,
    stop() {
      cancel()
      screen.stop()
      truth.stop()
    },
  }
}

/** A read that has failed is repeated by the screen. */
const rereadOf = (wish: Wish, isRepeat: boolean): Wish => ({
  ...wish,
  freshForMs: 0,
  ...(isRepeat && { retries: 0 }),
})

/** Tells it a moment later: it must have got what it can leave by. */
function refuse(reader: Reader, context: SessionContext): () => void {
  queueMicrotask(() => {
    if (reader.over.signal.aborted) return
    createEdition({ kind: 'tooManyReads' }, context).tell(reader)
    reader.ended('old')
    reader.over.abort()
  })
  return () => reader.over.abort()
}

/** What is on screen is asked for again by a reader that has its answer already, one at a time for each key. */
function createRefreshes(ask: ReadSession['ask']) {
  const leaves = new Map<string, () => void>()
  return {
    begin(key: string, given: Parameters<typeof createReader>[0]): void {
      if (leaves.has(key)) return
      const reader = createReader({ ...given, given: true })
      reader.over.signal.addEventListener('abort', () => leaves.delete(key))
      leaves.set(key, ask(reader))
    },
    end: (key: string) => leaves.get(key)?.(),
  }
}

/** A write of this page's time that has ended. */
const isNews = ({ meta: { broker } }: OutcomeAction): boolean =>
  !broker.late && ['delivered', 'confirmed', 'returned'].includes(broker.outcome)
