// Sends reads by priority, and never too many at a time. A page has one for itself, a worker one for all tabs.

import type { Limits } from '../../limits.js'
import type { ConnectionPool } from '../../network/connection-pool.js'
import { missedBy } from '../../network/invalid-request.js'
import { startStallTimer } from '../../network/stall-timer.js'
import { originOfUrl } from '../../network/url-origin.js'
import type { Clock, RandomSource } from '../../platform.js'
import type { ReadEnd, ReadJob, ReadReply, ReadRequest, Scheduler } from '../read-types.js'
import { createOriginQueues, type LaunchRead } from './origin-queue.js'
import { mayRetryRead, retryDelayMs } from './retry-policy.js'
import type { ReadFlight, ScheduledRead, SentRead } from './scheduled-read.js'

export interface SchedulerContext {
  readonly clock: Clock
  readonly randomSource: Pick<RandomSource, 'random'>
  readonly connections: ConnectionPool
  /** `requestTimeoutMs` is how long nothing of a read may move from its first sending on, its repeats included. */
  readonly limits: Pick<Limits, 'readsMax' | 'waitingReadsMax'> & { readonly requestTimeoutMs: number }
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

export function createScheduler(context: SchedulerContext): LocalScheduler {
  const { clock, connections, limits } = context
  const reads = new Set<ScheduledRead>()
  const launch = createLauncher(context, finish, (read) => lineUp(read))
  const { originOf, lineUp, raise, limit, flying } = createOriginQueues(connections, limits.readsMax, launch)
  let isStopped = false

  /** Ends a read, once. */
  function take(read: ScheduledRead): boolean {
    const { origin, flight, sent } = read
    if (!reads.delete(read)) return false
    read.flight = undefined
    sent?.stall.end()
    sent?.cancelPause?.()
    if (flight !== undefined) flight.land()
    else origin.remove(read)
    return true
  }

  function finish(read: ScheduledRead, end: ReadEnd): void {
    if (take(read)) safely(context, () => read.ask.onEnd(end))
  }

  function abandon(read: ScheduledRead): void {
    const { flight } = read
    if (take(read)) flight?.wire.abort()
  }

  return {
    ask(ask) {
      if (isStopped) return { raise() {}, leave() {} }
      const { request, priority } = ask
      const isFull = reads.size - flying() >= limits.waitingReadsMax
      const origin = originOf(originOfUrl(request.url))
      const read: ScheduledRead = { ask, origin, askedAt: clock.monotonic(), priority }
      reads.add(read)
      if (!isFull) lineUp(read)
      // Not told at once, since the subscriber has not got its function to leave yet.
      else void Promise.resolve().then(() => finish(read, { kind: 'tooMany' }))
      return {
        raise(priority) {
          if (priority < read.priority && reads.has(read)) raise(read, priority)
        },
        leave: () => abandon(read),
      }
    },
    limit,
    stop() {
      isStopped = true
      for (const read of reads) abandon(read)
    },
  }
}

/** Sends reads. A try that failed is repeated where that ends in time. While it waits it holds no connection. */
function createLauncher(
  context: SchedulerContext,
  finish: (read: ScheduledRead, end: ReadEnd) => void,
  lineUp: (read: ScheduledRead) => void,
): LaunchRead {
  const { clock, randomSource, limits, isOnline } = context
  let launched = 0

  function begin(read: ScheduledRead): SentRead {
    const stall = startStallTimer(clock, limits.requestTimeoutMs, () => {
      const { flight } = read
      finish(read, read.sent?.last ?? { kind: 'timedOut' })
      flight?.wire.abort()
    })
    return { stall, until: clock.monotonic() + limits.requestTimeoutMs, tries: 0 }
  }

  function onReply(read: ScheduledRead, sent: SentRead, reply: ReadReply, sentAt: number): void {
    const { origin, ask } = read
    const end = { ...reply, sentAt }
    const moment = { tries: sent.tries, random: randomSource.random(), now: clock.now() }
    const delayMs = retryDelayMs(reply, ask.request, moment)
    origin.misses = delayMs === undefined ? 0 : origin.misses + 1
    const isCut = reply.kind === 'failed' && !isOnline()
    if (delayMs === undefined || isCut || !mayRetryRead(read, clock.monotonic() + delayMs)) {
      finish(read, end)
      return
    }
    sent.tries++
    sent.last = end
    read.flight?.land()
    read.flight = undefined
    sent.cancelPause = clock.after(delayMs, () => lineUp(read))
  }

  return (read, land) => {
    const wire = new AbortController()
    const sentAt = clock.now()
    const flight: ReadFlight = { wire, land }
    read.flight = flight
    const order = ++launched
    const isFirst = read.sent === undefined
    const sent = read.sent ?? begin(read)
    read.sent = sent
    const moved = () => {
      if (read.flight !== flight) return
      sent.stall.moved()
      sent.until = clock.monotonic() + limits.requestTimeoutMs
    }
    void sendRead(context, read, wire.signal, moved).then((reply) => {
      if (read.flight === flight) onReply(read, sent, reply, sentAt)
    })
    if (isFirst) safely(context, () => read.ask.onSent(order))
  }
}

/** Never rejects. */
async function sendRead(
  { send, report }: Pick<SchedulerContext, 'send' | 'report'>,
  { ask: { request, partition, route } }: ScheduledRead,
  signal: AbortSignal,
  moved: () => void,
): Promise<ReadReply> {
  try {
    return await send(request, { partition, route, signal, moved })
  } catch (error) {
    if (missedBy(error) === undefined) report(error)
    return { kind: 'failed' }
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
