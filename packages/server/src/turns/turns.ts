// Lets one transaction at a time write, the users in turn. A handler may await in the middle of its transaction.
// Without turns the statements of another would land inside it. Promise: no work waits longer than its bound, and a
// turn that cannot come in that time is refused at once.

import { queueLengthMax } from '../options/limits.js'
import { StoreBusyError } from '../store/store.js'
import { createFairQueue } from './fair-queue.js'
import { nextTask } from './next-task.js'
import { createTurnPace } from './turn-pace.js'

export interface Turns {
  /**
   * Runs `work` when its turn comes.
   * @throws StoreBusyError where the turn did not come in time, or cannot. `work` was not called and will not be
   */
  take<Result>(work: () => Promise<Result>, options?: TurnOptions): Promise<Result>
}

export interface TurnOptions {
  /** Users take turns, each in the order of asking. */
  readonly user?: string | undefined
  /** How long this work may wait, where that is less than the bound of all. */
  readonly waitMsMax?: number | undefined
  /** In how many milliseconds from now this work is over, its wait included. */
  readonly endsInMsMax?: number | undefined
}

interface Waiting {
  begin(): void
  refuse(error: StoreBusyError): void
}

/** @param waitMs how long to wait for a turn */
export function createTurns(waitMs: number): Turns {
  const queue = createFairQueue<Waiting>()
  const pace = createTurnPace()
  /** The latest moment until which any work waits. */
  let waitsUntil = 0

  async function perform<Result>(work: () => Promise<Result>, endsAt: number): Promise<Result> {
    pace.begin(endsAt)
    try {
      return await work()
    } finally {
      void passOn()
    }
  }

  /** Between two turns the thread is free for reads, and for the timers of work that has waited long enough. */
  async function passOn(): Promise<void> {
    if (queue.size > 0) await nextTask()
    pace.end()
    queue.next()?.begin()
    refuseTooMany()
  }

  /** The queue is as long as its work can wait, at the usual pace. Work behind that would not have its turn in time. */
  function refuseTooMany(): void {
    const { restMs, turnMs } = pace.expectedMs()
    const leftMs = waitsUntil - performance.now()
    const fits = restMs >= leftMs ? 0 : Math.min((leftMs - restMs) / turnMs, queueLengthMax)
    while (queue.size > fits) queue.dropNewest()?.refuse(busy(restMs + queue.size * turnMs))
  }

  return {
    take(work, { user = '', waitMsMax = waitMs, endsInMsMax = Number.POSITIVE_INFINITY } = {}) {
      const endsAt = performance.now() + endsInMsMax
      if (!pace.isRunning) return perform(work, endsAt)
      const ownMs = Math.max(0, Math.min(waitMs, waitMsMax))
      waitsUntil = Math.max(waitsUntil, performance.now() + ownMs)
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          begin: () => {
            clearTimeout(timer)
            resolve(perform(work, endsAt))
          },
          refuse: (error) => {
            clearTimeout(timer)
            reject(error)
          },
        }
        const timer = setTimeout(() => {
          const { restMs, turnMs } = pace.expectedMs()
          if (queue.remove(user, waiting)) reject(busy(restMs + queue.size * turnMs))
        }, ownMs)
        queue.add(user, waiting)
        refuseTooMany()
      })
    },
  }
}

const busy = (retryAfterMs: number) =>
  new StoreBusyError('no turn to write came in time. Does a handler wait for something slow?', {
    retryAfterMs,
  })
