// The worker's side of reads: the tabs' asks stand in one line, so that what several ask is one request. It lives by
// the messages that it serves and hears of no `fetch`.
import { originOfUrl } from '../core/network/url-origin.js'
import type { CanSend } from '../core/outbox/delivery-requirements.js'
import type { Locks } from '../core/platform.js'
import { createLockWatch } from '../core/reads/lock-watch.js'
import { isPriority } from '../core/reads/priority.js'
import type { Scheduler, Subscription } from '../core/reads/read-types.js'
import {
  type ReadCommand,
  type RequestedRead,
  servingLock,
  subscriberLock,
  type WorkerMessage,
} from '../core/reads/worker-messages.js'

export interface ReadServerContext {
  readonly database: string
  readonly line: Scheduler
  readonly locks: Locks
  /** A name that no other worker has, nor this one when it is started again. */
  readonly instance: string
  readonly serves: CanSend
  report(error: unknown): void
}

export interface ReadServer {
  /** Resolves when every reader has got its end or has left. `port`: missing where nothing is asked. */
  serve(command: ReadCommand, port: MessagePort | undefined): Promise<unknown>
}

type Say = (word: WorkerMessage) => void

export function createReadServer(context: ReadServerContext): ReadServer {
  const { database, line, locks, instance, serves } = context
  const watch = createLockWatch(locks)
  let limitedAt = Number.NEGATIVE_INFINITY
  let serving: Promise<void> | undefined

  /** Without its lock nobody would know of its end; and what prepares headers is told whose they are. */
  const mayServe = ({ request, partition }: RequestedRead, needs: readonly string[]) =>
    locks.available &&
    (partition !== undefined || needs.length === 0) &&
    serves(originOfUrl(request.url), needs)

  /** Resolves when the lock is held that is only freed by this worker's end. */
  const serveOn = () =>
    new Promise<void>((resolve) => {
      const { signal } = new AbortController()
      const untilItsEnd = () => {
        resolve()
        return new Promise<never>(() => {})
      }
      locks.hold(servingLock(database, instance), { signal }, untilItsEnd).catch(context.report)
    })

  /** `done` resolves when the reader has got its end or has left. */
  function lineUp(
    { id, ...ask }: RequestedRead,
    tab: string,
    say: Say,
  ): Subscription & { readonly done: Promise<void> } {
    let end = () => {}
    const done = new Promise<void>((resolve) => {
      end = () => {
        unwatch()
        resolve()
      }
    })
    const reader = line.ask({
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
    const unwatch = watch(subscriberLock(database, tab), leave)
    return { raise: (to) => reader.raise(to), leave, done }
  }

  return {
    serve({ asks, limit, needs, tab }, port) {
      if (limit !== undefined && limit.saidAt >= limitedAt) {
        limitedAt = limit.saidAt
        line.limit(limit.readsMax)
      }
      if (port === undefined) return Promise.resolve()
      const say: Say = (word) => port.postMessage(word)
      const readers = new Map<unknown, ReturnType<typeof lineUp>>()
      // All of one turn at once: the line has the most urgent of them go first.
      for (const ask of asks)
        if (mayServe(ask, needs)) readers.set(ask.id, lineUp(ask, tab, say))
        else say({ type: 'refused', id: ask.id })
      port.onmessage = ({ data }: MessageEvent<Readonly<Record<string, unknown>> | null>) => {
        const reader = readers.get(data?.['id'])
        if (data?.['type'] === 'leave') reader?.leave()
        if (data?.['type'] === 'raise' && isPriority(data['priority'])) reader?.raise(data['priority'])
      }
      serving ??= serveOn()
      // Who hears it waits for the lock, so it has to be held by then.
      void serving.then(() => say({ type: 'taken', by: instance }))
      return Promise.all([...readers.values()].map(({ done }) => done))
    },
  }
}
