// The reads of one user. All subscribers of one key share one request, and the reads on screen are kept up to date.
import { readKey } from '../core/reads/read-key.js'
import type { ReadEngine, ReadEngineContext } from '../page/reads-port.js'
import { isOutcome, type OutcomeAction, type Status } from '../redux/actions.js'
import { isDevelopment } from '../redux/development.js'
import { type CachedAnswerContext, createCachedAnswer } from './cache/cached-answer.js'
import { createRequestIdentifier, type RequestIdentifierContext } from './cache/identify-request.js'
import { createActiveReads } from './consistency/active-reads.js'
import { createWriteBarrier, type WriteBarrier } from './consistency/write-barrier.js'
import type { ReadEvents } from './read-events.js'
import type { ReadParams } from './request/read-params.js'
import { isOwn } from './request/read-request.js'
import type { ReadOwner, ReadResult } from './request/read-result.js'
import { warnOfLeftOut } from './request/read-warnings.js'
import { createSubscriber, type Subscriber } from './request/subscriber.js'
import { createRouteOutcome } from './sharing/answer-subscribers.js'
import {
  createSharedRequest,
  type SharedRequest,
  type SharedRequestContext,
} from './sharing/shared-request.js'

export interface UserReadsContext
  extends Omit<ReadEngineContext, 'principal'>,
    CachedAnswerContext,
    RequestIdentifierContext,
    Pick<SharedRequestContext, 'scheduler' | 'lineUp' | 'retries'>,
    Pick<ReadOwner, 'principal' | 'userHeader'> {
  readonly readEvents: ReadEvents
}

export interface UserReads {
  /** Gives what the reader leaves by. */
  ask(reader: Subscriber): () => void
  /** As `ask`, and the read is on screen until it leaves. It is asked for again when a write has made it old. */
  show(reader: Pick<Subscriber, 'params' | 'settle' | 'routed'>): () => void
  /** Call it as the engine's `onAction` is called. */
  hear: ReadEngine['onAction']
  /** The user has signed in again. */
  resume(): void
  /** All readers leave. The reads on screen are asked for again when the page is looked at. */
  cancel(): void
  stop(): void
}

export function createUserReads(context: UserReadsContext): UserReads {
  const { ports, limits, written } = context
  const screen = createActiveReads({
    ...ports,
    ...context,
    onScreenMax: limits.waitingReadsMax,
    leftOut: isDevelopment ? warnOfLeftOut : () => {},
  })
  const barrier = createWriteBarrier({ ...context, restored: context.restored() })
  const outcomeOf = (result: ReadResult) => createRouteOutcome(result, context)
  const requests = createSharedRequests(context, barrier, outcomeOf)
  const { ask, cancel: cancelIdentified } = createRequestIdentifier(context, requests.join)
  const refreshes = createRefreshes(ask)
  let paused: Status['paused']

  function cancel(): void {
    for (const reader of cancelIdentified()) outcomeOf({ kind: 'cancelled' }).tell(reader)
    requests.cancel()
  }

  return {
    ask,
    show(given) {
      const { params, routed } = given
      const key = readKey({ scope: routed?.action.type, request: params.request })
      const reader = { ...given, ended: (...how) => screen.ended(key, ...how) } satisfies Partial<Subscriber>
      const leave = ask(createSubscriber(reader))
      const hide = screen.show(key, {
        tags: params.tags,
        again: (isRepeat) => refreshes.begin(key, { ...reader, params: rereadOf(params, isRepeat) }),
        gone: () => refreshes.end(key),
      })
      return () => {
        leave()
        hide()
      }
    },
    hear(action, gone) {
      barrier.hear(action)
      if (!isOutcome(action) && action.type === 'redux-broker/status') {
        if (paused && !action.payload.paused) screen.resumed('pause')
        paused = action.payload.paused
      }
      for (const { action: one } of mayHaveHappened(action, gone)) {
        screen.invalidated(written.invalidated(one))
        screen.touched(written.touched(one))
      }
    },
    resume: () => screen.resumed('signIn'),
    cancel,
    stop() {
      cancel()
      screen.stop()
      barrier.stop()
    },
  }
}

/** One request for each key. */
function createSharedRequests(
  context: UserReadsContext,
  barrier: WriteBarrier,
  outcomeOf: SharedRequestContext['outcomeOf'],
) {
  const { ports, limits, readEvents, scheduler, lineUp, retries, principal, userHeader, snapshot } = context
  const sharedRequests = new Map<string, SharedRequest>()
  const sharedRequestsMax = limits.waitingReadsMax + limits.concurrencyMax

  function begin(key: string, reader: Subscriber): SharedRequest {
    const { request } = reader.params
    const tell = readEvents.open(request.url, () => shared)
    const shared: SharedRequest = createSharedRequest({
      ports,
      scheduler,
      lineUp,
      retries,
      barrier,
      cachedAnswer: createCachedAnswer(context, request),
      outcomeOf,
      owner: { principal, userHeader, isOwn: isOwn(snapshot, request.url) },
      tell(kind, order) {
        if (kind === 'ended') sharedRequests.delete(key)
        tell(kind, order)
      },
    })
    sharedRequests.set(key, shared)
    shared.join(reader)
    tell('waiting')
    return shared
  }

  return {
    join(reader: Subscriber): () => void {
      const key = readKey({ scope: '', request: reader.params.request })
      const known = sharedRequests.get(key)
      known?.join(reader)
      if (known === undefined && sharedRequests.size >= sharedRequestsMax)
        return refuseRead(reader, outcomeOf)
      const shared = known ?? begin(key, reader)
      return () => shared.leave(reader)
    },
    cancel() {
      for (const shared of [...sharedRequests.values()]) shared.cancel()
    },
  }
}

/** A read that has failed is repeated by the screen. */
const rereadOf = (params: ReadParams, isRepeat: boolean): ReadParams => ({
  ...params,
  freshForMs: 0,
  ...(isRepeat && { retries: 0 }),
})

/** Tells the reader a moment later, when the reader has got the function to leave by. */
function refuseRead(reader: Subscriber, outcomeOf: SharedRequestContext['outcomeOf']): () => void {
  queueMicrotask(() => {
    if (reader.over.signal.aborted) return
    outcomeOf({ kind: 'tooManyReads' }).tell(reader)
    reader.ended('old')
    reader.over.abort()
  })
  return () => reader.over.abort()
}

/** Asks for reads on screen again, by a reader that has its answer already. One at a time for each key. */
function createRefreshes(ask: UserReads['ask']) {
  const leaves = new Map<string, () => void>()
  return {
    begin(key: string, given: Parameters<typeof createSubscriber>[0]): void {
      if (leaves.has(key)) return
      const reader = createSubscriber({ ...given, given: true })
      reader.over.signal.addEventListener('abort', () => leaves.delete(key))
      leaves.set(key, ask(reader))
    },
    end: (key: string) => leaves.get(key)?.(),
  }
}

/** The writes that ended by the action in this page's time and may have had effect. */
function mayHaveHappened(...[action, gone = []]: Parameters<UserReads['hear']>) {
  if (!isOutcome(action)) return gone
  return isNews(action) ? [action.meta] : gone.filter(({ inDoubt }) => inDoubt)
}

const isNews = ({ meta: { broker } }: OutcomeAction): boolean =>
  !broker.late && ['delivered', 'deliveredWithoutAnswer', 'returned'].includes(broker.outcome)
