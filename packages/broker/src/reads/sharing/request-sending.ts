// Sends a request that its readers share. The request waits for writes and stands in line. It is sent again where its
// answer cannot be trusted.

import { type Surroundings, unmetAt } from '../../core/conditions/conditions.js'
import type { Clock } from '../../core/platform.js'
import type { ReadEnd, ReadJob, Scheduler, Subscription } from '../../core/reads/read-types.js'
import { retriesDefault } from '../../core/reads/scheduler/retry-policy.js'
import type { ReadEvent } from '../../page/reads-port.js'
import { judgeAnswer, type ReadOwner, type ReadResult } from '../request/read-result.js'
import type { Subscriber } from '../request/subscriber.js'
import { createRequestBarrier, type RequestBarrierContext } from './request-barrier.js'

export interface RequestSendingContext extends RequestBarrierContext {
  readonly scheduler: Scheduler
  /** What the app says of all its reads. */
  readonly retries: number | undefined
  readonly owner: ReadOwner
  tell(kind: ReadEvent['kind'], order?: number): void
  /** Calls `ask` at the end of this turn. */
  lineUp(): void
  onSent(): void
  onResult(result: ReadResult): void
}

/** `new`: no reader's conditions are met. `waiting`: for what is being written, or in line. */
type RequestState = 'new' | 'waiting' | 'sent' | 'ended'

export interface RequestSending {
  is(state: RequestState): boolean
  /** A new request waits from now on. */
  begin(): void
  /** Asks the scheduler, unless a write to its tags is on its way. */
  ask(): void
  /** Its place at the scheduler, where it has one. */
  turn(): Subscription | undefined
  /** A request that waits is new again. */
  stepBack(): void
  /** Gives false where it had ended before. */
  end(): boolean
}

export function createRequestSending(context: RequestSendingContext): RequestSending {
  const { readers, lineUp, tell, onSent, onResult } = context
  const barrier = createRequestBarrier(context)
  const over = new AbortController()
  let state: RequestState = 'new'
  let turn: Subscription | undefined

  function wait(): void {
    state = 'waiting'
    lineUp()
  }

  async function onEnd(end: ReadEnd): Promise<void> {
    turn = undefined
    const result = await barrier.compare(judgeAnswer(end, context.owner))
    if (state === 'ended') return
    if (result === 'again') wait()
    else onResult(result)
  }

  return {
    is: (asked) => state === asked,
    begin() {
      if (state !== 'new') return
      barrier.begin()
      wait()
    },
    ask() {
      if (state !== 'waiting' || turn !== undefined) return
      if (barrier.holds(over.signal, () => state === 'waiting' && wait())) return
      barrier.snapshot()
      turn = context.scheduler.ask({
        ...jobOf(context, [...readers]),
        onSent(order) {
          state = 'sent'
          tell('sent', order)
          onSent()
        },
        onEnd: (end) => void onEnd(end),
      })
    },
    turn: () => turn,
    stepBack() {
      turn?.leave()
      turn = undefined
      state = 'new'
    },
    end() {
      if (state === 'ended') return false
      state = 'ended'
      turn?.leave()
      over.abort()
      return true
    },
  }
}

function jobOf(
  { ports, cachedAnswer, retries = retriesDefault }: RequestSendingContext,
  readers: readonly Subscriber[],
): Omit<ReadJob, 'onSent' | 'onEnd'> {
  const [route] = readers.flatMap(({ routed }) => routed?.action.type ?? [])
  return {
    ...cachedAnswer.asJob(route),
    route,
    // It is not repeated for those whose conditions are not met.
    retries: Math.max(
      ...readers.filter((one) => fits(one, ports)).map(({ params }) => params.retries ?? retries),
    ),
    priority: highestPriority(readers),
  }
}

export type WorldOfConditions = Surroundings & { readonly clock: Clock }

/** Whether its conditions are met. */
export const fits = ({ params: { when } }: Subscriber, world: WorldOfConditions): boolean =>
  when === undefined || unmetAt(when, world.clock.now(), world) === undefined

export const highestPriority = (readers: Iterable<Subscriber>): number =>
  Math.min(...[...readers].map(({ params }) => params.priority))
