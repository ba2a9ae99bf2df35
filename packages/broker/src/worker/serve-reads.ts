// The worker's side of reads. The reads of all tabs wait in one scheduler, so that tabs share the request of one key.
import { originOfUrl } from '../core/network/url-origin.js'
import type { CanSend } from '../core/outbox/delivery-requirements.js'
import type { Locks } from '../core/platform.js'
import { createLockWatch, holdLock, type LockWatch } from '../core/reads/lock-watch.js'
import { isPriority } from '../core/reads/priority.js'
import {
  type ReadCommand,
  type RequestedRead,
  servingLock,
  subscriberLock,
  type WorkerMessage,
} from '../core/reads/read-messages.js'
import type { Scheduler, Subscription } from '../core/reads/read-types.js'

export interface ReadServerContext {
  readonly database: string
  readonly scheduler: Scheduler
  readonly locks: Locks
  /** A name that no other worker has, nor this worker when it is started again. */
  readonly instance: string
  readonly serves: CanSend
  report(error: unknown): void
}

export interface ReadServer {
  /** Resolves when every reader has got its end or has left. The `port` is missing where nothing is asked. */
  serve(command: ReadCommand, port: MessagePort | undefined): Promise<unknown>
}

type Say = (message: WorkerMessage) => void

/** `done` resolves when the reader has got its end or has left. */
type ServedRead = Subscription & { readonly done: Promise<void> }

export function createReadServer(context: ReadServerContext): ReadServer {
  const { database, scheduler, locks, instance, serves } = context
  const watch = createLockWatch(locks)
  let limitedAt = Number.NEGATIVE_INFINITY
  let isServing: Promise<void> | undefined

  /** Without its lock a tab would never learn of the worker's end. A function that prepares headers needs the user. */
  const mayServe = ({ request, partition }: RequestedRead, needs: readonly string[]) =>
    locks.available &&
    (partition !== undefined || needs.length === 0) &&
    serves(originOfUrl(request.url), needs)

  return {
    serve({ asks, limit, needs, tab }, port) {
      if (limit !== undefined && limit.saidAt >= limitedAt) {
        limitedAt = limit.saidAt
        scheduler.limit(limit.readsMax)
      }
      if (port === undefined) return Promise.resolve()
      const say: Say = (message) => port.postMessage(message)
      const watchTab = (onGone: () => void) => watch(subscriberLock(database, tab), onGone)
      const readers = new Map<unknown, ServedRead>()
      // All of one turn at once, so that the scheduler sends the most urgent first.
      for (const ask of asks)
        if (mayServe(ask, needs)) readers.set(ask.id, serveRead(scheduler, ask, watchTab, say))
        else say({ type: 'refused', id: ask.id })
      port.onmessage = ({ data }: MessageEvent<Readonly<Record<string, unknown>> | null>) => {
        const reader = readers.get(data?.['id'])
        if (data?.['type'] === 'leave') reader?.leave()
        if (data?.['type'] === 'raise' && isPriority(data['priority'])) reader?.raise(data['priority'])
      }
      isServing ??= holdLock(context, servingLock(database, instance)).isHeld
      // The tab waits for the lock from then on, so the lock is held before.
      void isServing.then(() => say({ type: 'taken', by: instance }))
      return Promise.all([...readers.values()].map(({ done }) => done))
    },
  }
}

function serveRead(
  scheduler: Scheduler,
  { id, ...ask }: RequestedRead,
  watchTab: (onGone: () => void) => ReturnType<LockWatch>,
  say: Say,
): ServedRead {
  let end = () => {}
  const done = new Promise<void>((resolve) => {
    end = () => {
      unwatch()
      resolve()
    }
  })
  const reader = scheduler.ask({
    ...ask,
    onSent: (order) => say({ type: 'sent', id, order }),
    onEnd(how) {
      say({ type: 'end', id, end: how })
      end()
    },
  })
  const leave = () => {
    reader.leave()
    end()
  }
  const unwatch = watchTab(leave)
  return { raise: (to) => reader.raise(to), leave, done }
}
