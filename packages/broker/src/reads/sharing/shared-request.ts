// One request that all readers of one key in this page share. It waits for its conditions and for writes, stands in line,
// is sent, and its answer is compared with the writes of the meantime.

import { unmetAt, whenMet } from '../../core/conditions/conditions.js'
import { holdMsMax, readPrepareMs } from '../../core/limits.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import type { ReadEnd, Scheduler, Subscription } from '../../core/reads/read-types.js'
import { retriesDefault } from '../../core/reads/scheduler/retry-policy.js'
import { withTimeout } from '../../core/with-timeout.js'
import type { ReadEngineContext, ReadEvent } from '../../page/reads-port.js'
import type { CachedAnswer } from '../cache/cached-answer.js'
import type { BarrierSnapshot, WriteBarrier } from '../consistency/write-barrier.js'
import { isGood, judgeAnswer, type ReadOwner, type ReadResult } from '../request/read-result.js'
import type { Subscriber } from '../request/subscriber.js'
import { type AnswerSubscribers, createAnswerSubscribers, type RouteOutcome } from './answer-subscribers.js'

export interface SharedRequestContext extends Pick<ReadEngineContext, 'ports'> {
  readonly line: Scheduler
  /** What the app says of all its reads. */
  readonly retries: number | undefined
  readonly truth: WriteBarrier
  readonly place: CachedAnswer
  readonly owner: ReadOwner
  outcomeOf(result: ReadResult): RouteOutcome
  /** Has it `prepare` and then `ask`, together with all others of this turn. */
  lineUp(reading: SharedRequest): void
  tell(kind: ReadEvent['kind'], order?: number): void
}

/** `new`: no reader's conditions are met. `waiting`: for what is being written, or in line. */
type RequestState = 'new' | 'waiting' | 'sent' | 'ended'

export class SharedRequest {
  readonly readers: Set<Subscriber> = new Set()
  readonly #context: SharedRequestContext
  readonly #serving: AnswerSubscribers
  readonly #over: AbortController = new AbortController()
  #state: RequestState = 'new'
  /** How long it waits for what is being written, on the monotonic clock. */
  #holdUntil = 0
  #mark: BarrierSnapshot = { number: 0, at: 0 }
  #turn: Subscription | undefined
  #isPrepared = false
  #wasSent = false
  /** Unsettled writes have had no effect, and go on top of the answer. */
  #isSure = false
  /** Its last answer was not taken. */
  #isAgain = false

  constructor(context: SharedRequestContext) {
    this.#context = context
    this.#serving = createAnswerSubscribers(context.place, context.outcomeOf, this.readers)
  }

  get priority(): number {
    return Math.min(...[...this.readers].map(({ params: wish }) => wish.priority))
  }

  join(reader: Subscriber): void {
    const { queueMs, wireMs, priority } = reader.params
    this.readers.add(reader)
    this.#after(queueMs, reader, () => this.#wasSent || this.#giveUp(reader))
    if (this.#state === 'new') this.#whenFit(reader)
    else if (this.#isPrepared) this.#bePatient(reader)
    if (this.#state === 'sent') this.#limit(reader, wireMs)
    this.#turn?.raise(priority)
  }

  /** The last to leave ends the request. */
  leave(reader: Subscriber): void {
    if (!this.readers.delete(reader)) return
    reader.over.abort()
    if (this.readers.size === 0) this.#end()
    else if (this.#state === 'waiting' && ![...this.readers].some(this.#fits)) this.#stepBack()
  }

  /** All leave, since the user has changed or the page is put away. */
  cancel(): void {
    this.#finish({ kind: 'cancelled' })
  }

  /** Finds what is kept of it, and gives it to those who want it so. Never rejects. */
  async prepare(): Promise<void> {
    await this.#context.place.find()
    if (this.#state !== 'waiting' || this.#isPrepared) return
    this.#isPrepared = true
    for (const reader of [...this.readers])
      if (this.#serving.giveFresh(reader)) this.leave(reader)
      else this.#bePatient(reader)
  }

  /** Call it after `prepare`. The request waits in line, unless a write to its tags is on its way. */
  ask(): void {
    if (this.#state !== 'waiting' || this.#turn !== undefined) return
    const { line, truth, place, retries = retriesDefault } = this.#context
    const isFree = this.#isSure && !this.#isAgain
    if (!isFree && this.#mayWait() && truth.isBlocked(this.#tags(), this.#isAgain)) {
      this.#hold()
      return
    }
    const readers = [...this.readers]
    const [route] = readers.flatMap(({ routed }) => routed?.action.type ?? [])
    this.#mark = truth.snapshot()
    this.#turn = line.ask({
      ...place.identify(route),
      route,
      retries: Math.max(...readers.map(({ params: wish }) => wish.retries ?? retries)),
      priority: this.priority,
      onSent: (order) => this.#onSent(order),
      onEnd: (end) => void this.#onEnd(end),
    })
  }

  #whenFit(reader: Subscriber): void {
    const { ports } = this.#context
    const { when, meanwhile } = reader.params
    const begin = () => this.#begin()
    if (when === undefined || this.#fits(reader)) {
      begin()
      return
    }
    whenMet(when, ports, reader.over.signal).then(begin, () => {})
    if (meanwhile === 'copy')
      // A reader that has left gets nothing, since it may have been another user's.
      void this.prepare().then(() => this.readers.has(reader) && this.#serving.giveCopy(reader))
  }

  /** Whether its conditions are met. */
  #fits = ({ params: { when } }: Subscriber): boolean => {
    const { ports } = this.#context
    return when === undefined || unmetAt(when, ports.clock.now(), ports) === undefined
  }

  /** The remaining readers wait for their conditions. */
  #stepBack(): void {
    this.#turn?.leave()
    this.#turn = undefined
    this.#state = 'new'
    for (const reader of this.readers) this.#whenFit(reader)
  }

  #begin(): void {
    if (this.#state !== 'new') return
    this.#holdUntil = this.#context.ports.clock.monotonic() + holdMsMax
    this.#wait()
  }

  #wait(): void {
    this.#state = 'waiting'
    this.#context.lineUp(this)
  }

  #tags = (): readonly Tag[] => [...this.readers].flatMap(({ params: wish }) => wish.tags)
  #mayWait = (): boolean => this.#context.ports.clock.monotonic() < this.#holdUntil

  /** Until nothing of it is on its way, or it has waited long enough. */
  #hold(): void {
    const { ports, truth } = this.#context
    const enough = new AbortController()
    const cancel = ports.clock.after(this.#holdUntil - ports.clock.monotonic(), () => enough.abort())
    const signal = AbortSignal.any([enough.signal, this.#over.signal])
    void truth.wait(this.#tags(), this.#isAgain, signal).then((isSure) => {
      cancel()
      this.#isSure ||= isSure
      if (this.#state === 'waiting') this.#wait()
    })
  }

  #onSent(order: number): void {
    this.#state = 'sent'
    this.#wasSent = true
    this.#context.tell('sent', order)
    for (const reader of this.readers) this.#limit(reader, reader.params.wireMs)
  }

  async #onEnd(end: ReadEnd): Promise<void> {
    this.#turn = undefined
    const result = await this.#weigh(judgeAnswer(end, this.#context.owner))
    if (this.#state === 'ended') return
    this.#isAgain = true
    if (result === 'again') this.#wait()
    else this.#finish(result)
  }

  /** Compares an answer with the writes of the meantime. */
  async #weigh(given: ReadResult): Promise<ReadResult | 'again'> {
    if (given.kind !== 'answer') return given
    const result = this.#context.place.unchanged(given)
    if (result === undefined) return 'again'
    if (!isGood(result.answer)) return result
    const { truth, ports } = this.#context
    const shown = this.#tags()
    const overlap = truth.conflicts(shown, this.#mark, result.fetchedAt)
    const { tags, passes } = await withTimeout(ports.clock, readPrepareMs, overlap, () => ({
      tags: shown,
      passes: false,
    }))
    if (tags.length === 0) return result
    return passes && this.#mayWait() ? 'again' : { ...result, unsure: tags }
  }

  #finish(result: ReadResult): void {
    const readers = [...this.readers]
    this.#end()
    this.#serving.end(result, readers)
  }

  #end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#turn?.leave()
    this.#over.abort()
    this.#context.tell('ended')
    for (const reader of this.readers) reader.over.abort()
    this.readers.clear()
  }

  #bePatient(reader: Subscriber): void {
    const { copy = 'fallback', patienceMs = networkTimeoutMsDefault } = reader.params
    if (copy === 'first') this.#serving.giveCopy(reader)
    if (copy === 'fallback') this.#after(patienceMs, reader, () => this.#serving.giveCopy(reader))
  }

  /** On the wire. */
  #limit(reader: Subscriber, ms: number | undefined): void {
    const turn = this.#turn
    this.#after(ms, reader, () => this.#turn === turn && this.#giveUp(reader))
  }

  #giveUp(reader: Subscriber): void {
    this.#serving.giveUp(reader)
    this.leave(reader)
  }

  /** Unless it has its answer by then, or has left. */
  #after(ms: number | undefined, reader: Subscriber, callback: () => void): void {
    if (ms === undefined) return
    const cancel = this.#context.ports.clock.after(ms, () => reader.given || callback())
    reader.over.signal.addEventListener('abort', cancel)
  }
}

const networkTimeoutMsDefault = 3_000
