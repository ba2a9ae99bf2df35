// Lets one transaction at a time write, the users in turn. A handler may await in the middle of its transaction;
// without turns another one's statements would land inside it.
// Promise: no work waits longer than its bound, and a turn that cannot come in that time is refused at once.
import { createFairQueue } from './fair-queue.js'
import { queueLengthMax } from './limits.js'
import { nextTask } from './next-task.js'
import { StoreBusyError } from './store.js'

export interface Turns {
  /**
   * Runs `work` when its turn comes.
   * @throws StoreBusyError the turn did not come in time, or cannot; `work` was not called and will not be
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
  const recentMs: number[] = []
  let startedAt: number | undefined
  /** The moment at which the work that runs is over at the latest. */
  let endsBy = Number.POSITIVE_INFINITY
  /** The latest moment until which any work waits. */
  let waitsUntil = 0

  async function perform<Result>(work: () => Promise<Result>, endsAt: number): Promise<Result> {
    const began = performance.now()
    startedAt = began
    endsBy = endsAt
    try {
      return await work()
    } finally {
      void passOn(began)
    }
  }

  /** Between two turns the thread is free: for reads, and for the timers of work that has waited long enough. */
  async function passOn(began: number): Promise<void> {
    if (queue.size > 0) await nextTask()
    recentMs.push(performance.now() - began)
    if (recentMs.length > recentTurns) recentMs.shift()
    startedAt = undefined
    queue.next()?.begin()
    refuseTooMany()
  }

  /** The queue is as long as its work can wait, at the usual pace. Work behind that would not have its turn in time. */
  function refuseTooMany(): void {
    const { restMs, turnMs } = expectedMs()
    const leftMs = waitsUntil - performance.now()
    const fits = restMs >= leftMs ? 0 : Math.min((leftMs - restMs) / turnMs, queueLengthMax)
    while (queue.size > fits) queue.dropNewest()?.refuse(busy(restMs + queue.size * turnMs))
  }

  /** How long the work that runs will go on, and how long each turn after it takes. */
  function expectedMs(): { readonly restMs: number; readonly turnMs: number } {
    // The median: one turn out of the common run tells nothing of the others.
    const turnMs =
      recentMs.length < turnsToTell ? 0 : (recentMs.toSorted((a, b) => a - b)[recentMs.length >> 1] ?? 0)
    const now = performance.now()
    const ageMs = startedAt === undefined ? 0 : now - startedAt
    // Work that takes longer than usual is expected to take as long again, but not past its end.
    return { restMs: ageMs > turnMs ? Math.min(ageMs, Math.max(0, endsBy - now)) : 0, turnMs }
  }

  return {
    take(work, { user = '', waitMsMax = waitMs, endsInMsMax = Number.POSITIVE_INFINITY } = {}) {
      const endsAt = performance.now() + endsInMsMax
      if (startedAt === undefined) return perform(work, endsAt)
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
          const { restMs, turnMs } = expectedMs()
          if (queue.remove(user, waiting)) reject(busy(restMs + queue.size * turnMs))
        }, ownMs)
        queue.add(user, waiting)
        refuseTooMany()
      })
    },
  }
}

const busy = (retryAfterMs: number) =>
  new StoreBusyError('no turn to write came in time: is a handler waiting for something slow?', {
    retryAfterMs,
  })

/** How many turns the pace is told by, and from how many on. */
const recentTurns = 15
const turnsToTell = 3
