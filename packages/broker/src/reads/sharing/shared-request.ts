// One request that all readers of one key in this page share. It begins once the conditions of one of them are met, and
// ends when its answer is there or the last of them has left.

import { whenMet } from '../../core/conditions/conditions.js'
import type { ReadResult } from '../request/read-result.js'
import type { Subscriber } from '../request/subscriber.js'
import { createAnswerSubscribers, type RouteOutcome } from './answer-subscribers.js'
import { createReaderWaits } from './reader-waits.js'
import {
  createRequestSending,
  fits,
  highestPriority,
  type RequestSending,
  type RequestSendingContext,
  type WorldOfConditions,
} from './request-sending.js'

export interface SharedRequestContext
  extends Omit<RequestSendingContext, 'readers' | 'lineUp' | 'onSent' | 'onResult'> {
  outcomeOf(result: ReadResult): RouteOutcome
  /** Calls `prepare` and then `ask` of the request, together with all others of this turn. */
  lineUp(request: SharedRequest): void
}

export interface SharedRequest {
  /** The readers that have not left. */
  readonly readers: ReadonlySet<Subscriber>
  /** That of its most urgent reader. */
  readonly priority: number
  join(reader: Subscriber): void
  /** The last to leave ends the request. */
  leave(reader: Subscriber): void
  /** All leave, since the user has changed or the page is put away. */
  cancel(): void
  /** Finds what is kept of it, and gives it to those who want it so. Never rejects. */
  prepare(): Promise<void>
  /** Call it after `prepare`. The request waits in line, unless a write to its tags is on its way. */
  ask(): void
}

export function createSharedRequest(context: SharedRequestContext): SharedRequest {
  const { ports, cachedAnswer, tell } = context
  const readers = new Set<Subscriber>()
  const serving = createAnswerSubscribers(cachedAnswer, context.outcomeOf, readers)
  const lineUp = () => context.lineUp(request)
  const onSent = () => waits.sent()
  const sending = createRequestSending({ ...context, readers, lineUp, onSent, onResult: finish })
  const waits = createReaderWaits(context, readers, serving, sending, leave)

  function end(): void {
    if (!sending.end()) return
    tell('ended')
    for (const reader of readers) reader.over.abort()
    readers.clear()
  }

  function finish(result: ReadResult): void {
    const all = [...readers]
    end()
    serving.end(result, all)
  }

  function leave(reader: Subscriber): void {
    if (!readers.delete(reader)) return
    reader.over.abort()
    if (readers.size === 0) end()
    else conditions.check()
  }

  const conditions = createConditionWait(ports, readers, sending, {
    queue: waits.join,
    giveMeanwhile: (reader) =>
      // A reader that has left gets nothing, since it may have been another user's.
      waits.prepare().then(() => readers.has(reader) && serving.giveCopy(reader)),
  })

  const request: SharedRequest = {
    readers,
    get priority() {
      return highestPriority(readers)
    },
    join(reader) {
      readers.add(reader)
      waits.join(reader)
      if (sending.is('new')) conditions.begin(reader)
      else waits.catchUp(reader)
      sending.turn()?.raise(reader.params.priority)
    },
    leave,
    cancel: () => finish({ kind: 'cancelled' }),
    prepare: waits.prepare,
    ask() {
      conditions.check()
      sending.ask()
    },
  }
  return request
}

/** Has a request wait until the conditions of one of its readers are met. */
function createConditionWait(
  world: WorldOfConditions,
  readers: ReadonlySet<Subscriber>,
  sending: RequestSending,
  { queue, giveMeanwhile }: Record<'queue' | 'giveMeanwhile', (reader: Subscriber) => unknown>,
) {
  /** The request begins once the reader's conditions are met. */
  function begin(reader: Subscriber): void {
    const { when, whileWaiting } = reader.params
    if (when === undefined || fits(reader, world)) {
      sending.begin()
      return
    }
    whenMet(when, world, reader.over.signal).then(sending.begin, () => {})
    if (whileWaiting === 'cached') giveMeanwhile(reader)
  }
  return {
    begin,
    /** A request that is not to be sent for anybody now is new again. */
    check() {
      if (!sending.is('waiting') || [...readers].some((one) => fits(one, world))) return
      sending.stepBack()
      for (const one of readers) {
        // It may have been sent before. Its time in the queue begins anew, since nobody knows how long this takes.
        queue(one)
        begin(one)
      }
    },
  }
}
