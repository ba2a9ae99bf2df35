// Sends reads by priority, one request for each key, and never too many at a time. A page has one
// for itself, a worker one for all tabs.

import type { Limits } from '../../limits.js'
import type { ConnectionPool, ReleaseConnection } from '../../network/connection-pool.js'
import { startStallTimer } from '../../network/stall-timer.js'
import { originOfUrl } from '../../network/url-origin.js'
import type { Clock, RandomSource } from '../../platform.js'
import type { ReadEnd, ReadJob, ReadReply, ReadRequest, Scheduler, Subscription } from '../read-types.js'
import { createOriginQueue } from './origin-queue.js'
import { retriesDefault, retryDelayMs } from './retry-policy.js'
import type { OriginQueue, ReadFlight, ReadListener, ScheduledRead, SentRead } from './scheduled-read.js'
import { mayRetryRead } from './scheduled-read.js'

export interface SchedulerContext {
  readonly clock: Clock
  readonly chance: Pick<RandomSource, 'random'>
  readonly connections: ConnectionPool
  /** `wireMs` is how long nothing of a read may move from its first sending on, its repeats included. */
  readonly limits: Pick<Limits, 'readsMax' | 'waitingReadsMax'> & { readonly wireMs: number }
  send(
    request: ReadRequest,
    options: Pick<ReadJob, 'partition' | 'route'> & { readonly signal: AbortSignal; moved(): void },
  ): Promise<ReadReply>
  /** False where the device says that it is offline. A failure is not repeated then. */
  isOnline(): boolean
  /** Is told of an error that was thrown. The scheduler goes on. */
  report(error: unknown): void
}

export interface LocalScheduler extends Scheduler {
  /** All readers leave, and nothing is sent any more. */
  stop(): void
}

export const createScheduler = (context: SchedulerContext): LocalScheduler => new ReadScheduler(context)

class ReadScheduler implements LocalScheduler {
  readonly #context: SchedulerContext
  readonly #reads = new Map<string, ScheduledRead>()
  readonly #origins = new Map<string, OriginQueue>()
  #readsMax = 0
  #waiting = 0
  #sent = 0
  #stopped = false

  constructor(context: SchedulerContext) {
    this.#context = context
    this.limit(context.limits.readsMax)
    context.connections.onFree((name) => this.#stir(this.#originOf(name)))
  }

  ask(ask: ReadJob): Subscription {
    if (this.#stopped) return { raise() {}, leave() {} }
    const known = this.#reads.get(ask.key)
    if (known === undefined && this.#waiting >= this.#context.limits.waitingReadsMax) return this.#refuse(ask)
    const read = known ?? this.#enqueue(ask)
    const listener: ReadListener = { onSent: ask.onSent, onEnd: ask.onEnd }
    read.readers.add(listener)
    this.#raise(read, ask.priority)
    read.retries = Math.max(read.retries, ask.retries ?? retriesDefault)
    if (read.sent !== undefined) this.#tellSent(listener, read.sent)
    return {
      raise: (priority) => {
        if (read.readers.has(listener)) this.#raise(read, priority)
      },
      leave: () => {
        if (read.readers.delete(listener) && read.readers.size === 0) this.#abandon(read)
      },
    }
  }

  limit(readsMax: number): void {
    this.#readsMax = Math.min(readsMax, this.#context.connections.readsMax)
    for (const origin of this.#origins.values()) this.#stir(origin)
  }

  stop(): void {
    this.#stopped = true
    for (const read of this.#reads.values()) this.#abandon(read)
  }

  /** Not told at once, since the subscriber has not got its function to leave yet. */
  #refuse({ onEnd }: ReadJob): Subscription {
    const listeners = new Set([onEnd])
    void Promise.resolve().then(() => {
      for (const listener of listeners) this.#safely(() => listener({ kind: 'tooMany' }))
    })
    return { raise() {}, leave: () => listeners.clear() }
  }

  #enqueue(ask: ReadJob): ScheduledRead {
    const { request, priority } = ask
    const origin = this.#originOf(originOfUrl(request.url))
    const askedAt = this.#context.clock.monotonic()
    const read: ScheduledRead = { ask, origin, askedAt, readers: new Set(), priority, retries: 0 }
    this.#reads.set(ask.key, read)
    this.#waiting++
    this.#lineUp(read)
    return read
  }

  #lineUp(read: ScheduledRead): void {
    read.origin.push(read)
    this.#stir(read.origin)
  }

  #raise(read: ScheduledRead, priority: number): void {
    if (priority >= read.priority) return
    read.origin.raise(read, priority)
    this.#stir(read.origin)
  }

  #originOf(name: string): OriginQueue {
    const origin = this.#origins.get(name) ?? createOriginQueue(name)
    this.#origins.set(name, origin)
    return origin
  }

  /** Waits for the end of the turn, so that its reads go by urgency and not by who asked first. */
  #stir(origin: OriginQueue): void {
    if (origin.stirred || !origin.hasNext(this.#readsMax)) return
    origin.stirred = true
    void Promise.resolve().then(() => {
      origin.stirred = false
      this.#sendFrom(origin)
    })
  }

  #sendFrom(origin: OriginQueue): void {
    while (origin.hasNext(this.#readsMax)) {
      const letGo = this.#context.connections.read(origin.name)
      if (letGo === undefined) return
      const read = origin.pop(this.#readsMax)
      if (read !== undefined) this.#launch(read, letGo)
    }
  }

  #launch(read: ScheduledRead, letGo: ReleaseConnection): void {
    const { clock, limits } = this.#context
    const wire = new AbortController()
    const sentAt = clock.now()
    this.#waiting--
    const landed = read.origin.launch(read)
    const land = () => {
      landed()
      letGo()
    }
    const flight: ReadFlight = { wire, land }
    read.flight = flight
    const order = ++this.#sent
    const sent = read.sent ?? this.#begin(order, read)
    read.sent = sent
    const moved = () => {
      if (read.flight !== flight) return
      sent.stall.moved()
      sent.until = clock.monotonic() + limits.wireMs
    }
    void this.#send(read, wire.signal, moved).then((reply) => {
      if (read.flight === flight) this.#onReply(read, reply, sentAt)
    })
    for (const listener of read.readers) this.#tellSent(listener, sent)
  }

  #begin(order: number, read: ScheduledRead): SentRead {
    const { clock, limits } = this.#context
    const stall = startStallTimer(clock, limits.wireMs, () => {
      const { flight } = read
      this.#finish(read, read.sent?.last ?? { kind: 'timedOut' })
      flight?.wire.abort()
    })
    return { order, stall, until: clock.monotonic() + limits.wireMs, tries: 0 }
  }

  async #send({ ask }: ScheduledRead, signal: AbortSignal, moved: () => void): Promise<ReadReply> {
    const { request, partition, route } = ask
    try {
      return await this.#context.send(request, { partition, route, signal, moved })
    } catch (error) {
      this.#context.report(error)
      return { kind: 'failed' }
    }
  }

  /** A try that failed is repeated where that ends in time. While it waits it holds no connection. */
  #onReply(read: ScheduledRead, reply: ReadReply, sentAt: number): void {
    const { clock, chance, isOnline } = this.#context
    const { origin, ask } = read
    const sent = read.sent as SentRead
    const end = { ...reply, sentAt }
    const moment = { tries: sent.tries, random: chance.random(), now: clock.now() }
    const delayMs = retryDelayMs(reply, ask.request, moment)
    origin.misses = delayMs === undefined ? 0 : origin.misses + 1
    const isCut = reply.kind === 'failed' && !isOnline()
    if (delayMs === undefined || isCut || !mayRetryRead(read, clock.monotonic() + delayMs)) {
      this.#finish(read, end)
      return
    }
    sent.tries++
    sent.last = end
    read.flight?.land()
    read.flight = undefined
    this.#waiting++
    sent.cancelPause = clock.after(delayMs, () => this.#lineUp(read))
  }

  #tellSent(listener: ReadListener, { order }: SentRead): void {
    const { onSent } = listener
    listener.onSent = undefined
    this.#safely(() => onSent?.(order))
  }

  #finish(read: ScheduledRead, end: ReadEnd): void {
    if (!this.#take(read)) return
    // A reader that is told may have others leave.
    for (const listener of read.readers) this.#safely(() => listener.onEnd(end))
  }

  #abandon(read: ScheduledRead): void {
    const { flight } = read
    if (this.#take(read)) flight?.wire.abort()
  }

  /** Ends a read, once. The next one who asks for its key begins a new read. */
  #take(read: ScheduledRead): boolean {
    const { ask, origin, flight, sent } = read
    if (this.#reads.get(ask.key) !== read) return false
    this.#reads.delete(ask.key)
    read.flight = undefined
    sent?.stall.end()
    sent?.cancelPause?.()
    if (flight !== undefined) flight.land()
    else {
      origin.remove(read)
      this.#waiting--
    }
    return true
  }

  #safely(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#context.report(error)
    }
  }
}
