// Lets one transaction at a time write, the users in turn. A handler may await in the middle of its transaction;
// without turns another one's statements would land inside it.
// Promise: no work waits longer than `waitMs`, and a turn that cannot come in that time is refused at once.
import { createFairQueue } from './fair-queue.js'
import { queueLengthMax } from './limits.js'
import { StoreBusyError } from './store.js'

export interface Turns {
  /**
   * Runs `work` when its turn comes.
   * @param user who waits: users take turns, each in the order of asking
   * @throws StoreBusyError the turn did not come in time, or cannot; `work` was not called and will not be
   */
  take<Result>(work: () => Promise<Result>, user?: string): Promise<Result>
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

  async function perform<Result>(work: () => Promise<Result>): Promise<Result> {
    const began = performance.now()
    startedAt = began
    try {
      return await work()
    } finally {
      recentMs.push(performance.now() - began)
      if (recentMs.length > recentTurns) recentMs.shift()
      startedAt = undefined
      queue.next()?.begin()
      refuseTooMany()
    }
  }

  /** The queue is as long as `waitMs` lasts at the usual pace. Work behind that would not have its turn in time. */
  function refuseTooMany(): void {
    const { restMs, turnMs } = expectedMs()
    const fits = restMs >= waitMs ? 0 : Math.min((waitMs - restMs) / turnMs, queueLengthMax)
    while (queue.size > fits) queue.dropNewest()?.refuse(busy(restMs + queue.size * turnMs))
  }

  /** How long the work that runs will go on, and how long each turn after it takes. */
  function expectedMs(): { readonly restMs: number; readonly turnMs: number } {
    // The median: one turn out of the common run tells nothing of the others.
    const turnMs =
      recentMs.length < turnsToTell ? 0 : (recentMs.toSorted((a, b) => a - b)[recentMs.length >> 1] ?? 0)
    const ageMs = startedAt === undefined ? 0 : performance.now() - startedAt
    // Work that takes longer than usual is expected to take as long again.
    return { restMs: ageMs > turnMs ? ageMs : 0, turnMs }
  }

  function busy(retryAfterMs: number): StoreBusyError {
    return new StoreBusyError(
      `no turn to write within ${waitMs} ms: is a handler waiting for something slow?`,
      { retryAfterMs },
    )
  }

  return {
    take(work, user = '') {
      if (startedAt === undefined) return perform(work)
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          begin: () => {
            clearTimeout(timer)
            resolve(perform(work))
          },
          refuse: (error) => {
            clearTimeout(timer)
            reject(error)
          },
        }
        const timer = setTimeout(() => {
          const { restMs, turnMs } = expectedMs()
          if (queue.remove(user, waiting)) reject(busy(restMs + queue.size * turnMs))
        }, waitMs)
        queue.add(user, waiting)
        refuseTooMany()
      })
    },
  }
}

/** How many turns the pace is told by, and from how many on. */
const recentTurns = 15
const turnsToTell = 3
