// A page's reads in the worker. The page holds a lock while it has any there, so that the worker knows of the page's end.
// The page releases the lock with its last read, since pages that hold a Web Lock are not kept in the back/forward cache.

import type { Clock, Locks, RandomSource } from '../../core/platform.js'
import { holdLock } from '../../core/reads/lock-watch.js'
import {
  type ReadLimit,
  type RequestedRead,
  readCommand,
  type SubscriberMessage,
  subscriberLock,
  type WorkerMessage,
} from '../../core/reads/read-messages.js'
import type { Scheduler } from '../../core/reads/read-types.js'
import type { ReadEngineContext } from '../../page/reads-port.js'

export interface WorkerSession {
  /** Sends a read to the worker with the others of this turn. `hear` gets the worker's messages on this read. */
  send(read: Omit<RequestedRead, 'id'>, hear: (message: WorkerMessage) => void): BatchedRead
  /** Tells the worker now, and with each read, since a worker that is stopped forgets. */
  limit(limit: ReadLimit): void
}

export interface BatchedRead {
  raise(priority: number): void
  /** Takes the read back, whether it has left or not. */
  leave(): void
  /** Nothing more is said of the read. The port closes with the last one. */
  close(): void
}

export interface WorkerSchedulerContext {
  readonly database: string
  readonly worker: Pick<ReadEngineContext['worker'], 'needs' | 'forReads' | 'markUnresponsive'>
  readonly locks: Locks
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly randomSource: Pick<RandomSource, 'id'>
  /** This page's own scheduler. */
  readonly fallback: Scheduler
  report(error: unknown): void
}

/** From the first read to the last. Each session has its own lock, so that its end is not taken for that of the next. */
interface OpenSession {
  readonly tab: string
  readonly isHeld: Promise<void>
  readonly reads: Set<BatchedRead>
  /** The batch that has not left yet. */
  batch: RequestBatch | undefined
  release(): void
}

/** Firefox stops a worker a minute after its last event, even while it reads. So a message is sent this often. */
const awakeMs = 20_000

export function createWorkerSession(context: Omit<WorkerSchedulerContext, 'fallback'>): WorkerSession {
  const { database, worker, clock, randomSource, report } = context
  let session: OpenSession | undefined
  let limit: ReadLimit | undefined

  function begin(): OpenSession {
    const tab = randomSource.id()
    const lock = holdLock(context, subscriberLock(database, tab))
    const here: OpenSession = { tab, ...lock, reads: new Set(), batch: undefined }
    keepAwake(here)
    return here
  }

  function keepAwake(here: OpenSession): void {
    clock.after(awakeMs, () => {
      if (session !== here) return
      post(here.tab)
      keepAwake(here)
    })
  }

  function post(tab: string, batch?: RequestBatch): void {
    const { needs } = worker
    const command = readCommand({ database, tab, needs, limit, asks: batch?.reads() ?? [] })
    worker.forReads()?.postMessage(command, batch === undefined ? [] : [batch.port])
  }

  function flush(here: OpenSession): void {
    const { batch, tab } = here
    here.batch = undefined
    if (batch !== undefined) post(tab, batch)
  }

  function end(here: OpenSession, read: BatchedRead): void {
    here.reads.delete(read)
    if (here.batch?.reads().length === 0) here.batch = undefined
    if (here.reads.size > 0 || session !== here) return
    session = undefined
    here.release()
  }

  return {
    send(asked, hear) {
      session ??= begin()
      const here = session
      here.batch ??= createRequestBatch()
      const read = here.batch.add(asked, hear)
      here.reads.add(read)
      here.isHeld.then(() => flush(here)).catch(report)
      return withEnd(read, () => end(here, read))
    },
    limit(given) {
      limit = given
      post('')
    },
  }
}

const withEnd = (read: BatchedRead, end: () => void): BatchedRead => ({
  raise: read.raise,
  leave() {
    read.leave()
    end()
  },
  close() {
    read.close()
    end()
  },
})

/** The reads of one turn. All share one port, so that messages arrive in the order of events. */
interface RequestBatch {
  /** The worker's end of the port. */
  readonly port: MessagePort
  /** The reads that were not taken back. */
  reads(): readonly RequestedRead[]
  readonly add: WorkerSession['send']
}

function createRequestBatch(): RequestBatch {
  const { port1: port, port2 } = new MessageChannel()
  const open = new Map<number, { readonly read: RequestedRead; hear(message: WorkerMessage): void }>()
  let lastId = 0
  const say = (message: SubscriberMessage) => port.postMessage(message)
  port.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    if (data.type !== 'taken') open.get(data.id)?.hear(data)
    else for (const { hear } of open.values()) hear(data)
  }
  return {
    port: port2,
    reads: () => [...open.values()].map(({ read }) => read),
    add(read, hear) {
      const id = ++lastId
      open.set(id, { read: { ...read, id }, hear })
      const close = () => {
        open.delete(id)
        if (open.size === 0) port.close()
      }
      return {
        raise: (priority) => say({ type: 'raise', id, priority }),
        leave() {
          say({ type: 'leave', id })
          close()
        },
        close,
      }
    },
  }
}
