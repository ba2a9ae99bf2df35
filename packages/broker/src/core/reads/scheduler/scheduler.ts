// Sends reads by priority, and never too many at a time. A page has one for itself, a worker one for all tabs.

import type { Limits } from '../../limits.js'
import type { ConnectionPool, ReleaseConnection } from '../../network/connection-pool.js'
import { missedBy } from '../../network/invalid-request.js'
import { startStallTimer } from '../../network/stall-timer.js'
import { originOfUrl } from '../../network/url-origin.js'
import type { Clock, RandomSource } from '../../platform.js'
import type { ReadEnd, ReadJob, ReadReply, ReadRequest, Scheduler, Subscription } from '../read-types.js'
import { createOriginQueue } from './origin-queue.js'
import { retryDelayMs } from './retry-policy.js'
import type { OriginQueue, ReadFlight, ScheduledRead, SentRead } from './scheduled-read.js'
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
  readonly #reads = new Set<ScheduledRead>()
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
    const isFull = this.#waiting >= this.#context.limits.waitingReadsMax
    const read = this.#admit(ask)
    if (!isFull) this.#lineUp(read)
    // Not told at once, since the subscriber has not got its function to leave yet.
    else void Promise.resolve().then(() => this.#finish(read, { kind: 'tooMany' }))
    return {
      raise: (priority) => {
        if (this.#reads.has(read)) this.#raise(read, priority)
      },
      leave: () => this.#abandon(read),
    }
  }

  limit(readsMax: number): void {
    this.#readsMax = Math.min(readsMax, this.#context.connections.readsMax)
    for (const origin of this.#origins.values()) this.#stir(origin)
  }

  stop(): void {
    this.#stopped = true
    for (const read of this.#reads) this.#abandon(read)
  }

  #admit(ask: ReadJob): ScheduledRead {
    const { request, priority } = ask
    const origin = this.#originOf(originOfUrl(request.url))
    const askedAt = this.#context.clock.monotonic()
    const read: ScheduledRead = { ask, origin, askedAt, priority }
    this.#reads.add(read)
    this.#waiting++
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
    const isFirst = read.sent === undefined
    const sent = read.sent ?? this.#begin(read)
    read.sent = sent
    const moved = () => {
      if (read.flight !== flight) return
      sent.stall.moved()
      sent.until = clock.monotonic() + limits.wireMs
    }
    void this.#send(read, wire.signal, moved).then((reply) => {
      if (read.flight === flight) this.#onReply(read, reply, sentAt)
    })
    if (isFirst) safely(this.#context, () => read.ask.onSent(order))
  }

  #begin(read: ScheduledRead): SentRead {
    const { clock, limits } = this.#context
    const stall = startStallTimer(clock, limits.wireMs, () => {
      const { flight } = read
      this.#finish(read, read.sent?.last ?? { kind: 'timedOut' })
      flight?.wire.abort()
    })
    return { stall, until: clock.monotonic() + limits.wireMs, tries: 0 }
  }

  async #send({ ask }: ScheduledRead, signal: AbortSignal, moved: () => void): Promise<ReadReply> {
    const { request, partition, route } = ask
    try {
      return await this.#context.send(request, { partition, route, signal, moved })
    } catch (error) {
      if (missedBy(error) === undefined) this.#context.report(error)
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

  #finish(read: ScheduledRead, end: ReadEnd): void {
    if (this.#take(read)) safely(this.#context, () => read.ask.onEnd(end))
  }

  #abandon(read: ScheduledRead): void {
    const { flight } = read
    if (this.#take(read)) flight?.wire.abort()
  }

  /** Ends a read, once. */
  #take(read: ScheduledRead): boolean {
    const { origin, flight, sent } = read
    if (!this.#reads.delete(read)) return false
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
}

/** Reports an error of the callback, so that the other callbacks are called too. */
export function safely({ report }: Pick<SchedulerContext, 'report'>, callback: () => void): void {
  try {
    callback()
  } catch (error) {
    report(error)
  }
}
