// A page's reads in the worker. The page holds a lock while it has any there, so that the worker knows of the page's end.
// It lets go with the last of them: a page that holds a lock is not kept in the back/forward cache.

import type { Clock, Locks, RandomSource } from '../../core/platform.js'
import type { Scheduler } from '../../core/reads/read-types.js'
import { type ReadLimit, readCommand, subscriberLock } from '../../core/reads/worker-messages.js'
import type { WorkerClient } from '../../page/delivery/worker-client.js'
import { type BatchedRead, createRequestBatch, type RequestBatch } from './request-batch.js'

export interface WorkerSession {
  /** Has a read go to the worker with the others of this turn. */
  readonly send: RequestBatch['add']
  /** Tells the worker now, and with each read: it forgets when it is stopped. */
  limit(limit: ReadLimit): void
}

/** From the first read to the last. Each has a lock of its own, so that no end of one is taken for that of the next. */
interface OpenSession {
  readonly tab: string
  readonly isHeld: Promise<void>
  readonly reads: Set<BatchedRead>
  /** What has not gone yet. */
  letter: RequestBatch | undefined
  letGo(): void
}

type WorkerSessionContext = Pick<
  WorkerSchedulerContext,
  'database' | 'worker' | 'locks' | 'clock' | 'chance' | 'report'
>

/** Firefox stops a worker a minute after its last event, even while it reads. So a message is sent this often. */
const awakeMs = 20_000

export function createWorkerSession({
  database,
  worker,
  locks,
  clock,
  chance,
  report,
}: WorkerSessionContext): WorkerSession {
  let visit: OpenSession | undefined
  let limit: ReadLimit | undefined

  function begin(): OpenSession {
    const tab = chance.id()
    let letGo = () => {}
    const over = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const isHeld = new Promise<void>((resolve) => {
      const untilOver = () => {
        resolve()
        return over
      }
      locks
        .hold(subscriberLock(database, tab), { signal: new AbortController().signal }, untilOver)
        .catch(report)
    })
    const here: OpenSession = { tab, isHeld, reads: new Set(), letter: undefined, letGo }
    keepAwake(here)
    return here
  }

  function keepAwake(here: OpenSession): void {
    clock.after(awakeMs, () => {
      if (visit !== here) return
      post(here.tab)
      keepAwake(here)
    })
  }

  function post(tab: string, letter?: RequestBatch): void {
    const { needs } = worker
    const command = readCommand({ database, tab, needs, limit, asks: letter?.reads() ?? [] })
    worker.forReads()?.postMessage(command, letter === undefined ? [] : [letter.port])
  }

  function flush(here: OpenSession): void {
    const { letter, tab } = here
    here.letter = undefined
    if (letter !== undefined) post(tab, letter)
  }

  return {
    send(read, hear) {
      visit ??= begin()
      const here = visit
      here.letter ??= createRequestBatch()
      const entry = here.letter.add(read, hear)
      here.reads.add(entry)
      here.isHeld.then(() => flush(here)).catch(report)
      const goHome = () => {
        here.reads.delete(entry)
        if (here.letter?.reads().length === 0) here.letter = undefined
        if (here.reads.size > 0 || visit !== here) return
        visit = undefined
        here.letGo()
      }
      return {
        raise: entry.raise,
        leave() {
          entry.leave()
          goHome()
        },
        close() {
          entry.close()
          goHome()
        },
      }
    },
    limit(word) {
      limit = word
      post('')
    },
  }
}

export interface WorkerSchedulerContext {
  readonly database: string
  readonly worker: Pick<WorkerClient, 'needs' | 'forReads' | 'markUnresponsive'>
  readonly locks: Locks
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly chance: Pick<RandomSource, 'id'>
  /** This page's own line. */
  readonly fallback: Scheduler
  report(error: unknown): void
}
