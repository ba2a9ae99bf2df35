// Reads stand in the worker's line, which all tabs share, where a worker is there for them, else in this page's own.
// Messages may be lost, and a worker may be stopped at any time. The page knows by silence and by a lock.

import { createLockWatch, type LockWatch } from '../../core/reads/lock-watch.js'
import { servingLock, type WorkerMessage } from '../../core/reads/read-messages.js'
import type { ReadJob, Scheduler, Subscription } from '../../core/reads/read-types.js'
import { createWorkerSession, type WorkerSchedulerContext, type WorkerSession } from './worker-session.js'

/** A worker may take a while to start. If it has not taken a read by then, the page does the read itself. */
const takenMs = 2_000
/** A worker that was stopped gets its read again, once, since the read may be the reason why it stops. */
const tries = 2

export function createWorkerScheduler(context: WorkerSchedulerContext): Scheduler {
  const { worker, locks, clock, fallback } = context
  const visits = createWorkerSession(context)
  const parts: WorkerParts = { ...context, visits, watch: createLockWatch(locks), unacknowledged: new Set() }
  const isServed = () => locks.available && worker.forReads() !== undefined
  return {
    ask(asked) {
      let { priority } = asked
      let triesLeft = tries
      let isSent = false
      const onSent = (order: number) => {
        if (isSent) return
        isSent = true
        asked.onSent(order)
      }
      const begin = (): Subscription => {
        const ask = { ...asked, priority, onSent }
        if (triesLeft === 0 || !isServed()) return fallback.ask(ask)
        return askWorker(parts, ask, (isStopped) => {
          triesLeft = isStopped ? triesLeft - 1 : 0
          reader = begin()
        })
      }
      let reader = begin()
      return {
        raise(to) {
          priority = Math.min(priority, to)
          reader.raise(to)
        },
        leave: () => reader.leave(),
      }
    },
    limit(readsMax) {
      fallback.limit(readsMax)
      visits.limit({ readsMax, saidAt: clock.now() })
    },
  }
}

interface WorkerParts extends Pick<WorkerSchedulerContext, 'database' | 'worker' | 'clock'> {
  readonly visits: WorkerSession
  readonly watch: LockWatch
  /** Functions that give up the reads that the worker has not taken yet. */
  readonly unacknowledged: Set<() => void>
}

/** Calls `otherwise` if the worker does not answer, may not do the read, or was stopped. */
function askWorker(parts: WorkerParts, ask: ReadJob, otherwise: (isStopped: boolean) => void): Subscription {
  const { database, worker, clock, visits, watch, unacknowledged: untaken } = parts
  const { onSent: _onSent, onEnd: _onEnd, ...asked } = ask
  const entry = visits.send(asked, hear)
  let unwatch = () => {}
  const giveUp = () => {
    leave()
    otherwise(false)
  }
  untaken.add(giveUp)
  // All of them at once, so that they go by their urgency where they go now.
  const cancelTimer = clock.after(takenMs, () => {
    worker.markUnresponsive()
    for (const giveUpOne of untaken) giveUpOne()
  })

  function isTaken(): void {
    untaken.delete(giveUp)
    cancelTimer()
  }
  function end(): void {
    isTaken()
    unwatch()
    entry.close()
  }
  function leave(): void {
    entry.leave()
    end()
  }
  function hear(word: WorkerMessage): void {
    switch (word.type) {
      case 'taken':
        isTaken()
        unwatch = watch(servingLock(database, word.by), () => {
          end()
          otherwise(true)
        })
        break
      case 'sent':
        ask.onSent(word.order)
        break
      case 'refused':
        end()
        otherwise(false)
        break
      case 'end':
        end()
        ask.onEnd(word.end)
        break
    }
  }
  return { raise: entry.raise, leave }
}
