// The worker's side of reads: the tabs' asks stand in one line, so that what several ask is one request. It lives by
// the messages that it serves and hears of no `fetch`.
import { originOfUrl, type Serves } from '../core/channel.js'
import type { Locks } from '../core/ports.js'
import type { Line } from '../core/reads/line.js'
import { createLockWatch } from '../core/reads/lock-watch.js'
import {
  type AskedRead,
  isPriority,
  type ReadCommand,
  type ReaderWord,
  readerLock,
  servingLock,
  type WorkerWord,
} from '../core/reads/messages.js'

export interface ReadServerContext {
  readonly database: string
  readonly line: Line
  readonly locks: Locks
  /** A name that no other worker has, nor this one when it is started again. */
  readonly instance: string
  readonly serves: Serves
  report(error: unknown): void
}

export interface ReadServer {
  /** Resolves when every reader has got its end or has left. */
  serve(command: ReadCommand, ports: readonly MessagePort[]): Promise<unknown>
}

export function createReadServer(context: ReadServerContext): ReadServer {
  const { database, line, locks, instance, serves } = context
  const watch = createLockWatch(locks)
  let limitedAt = Number.NEGATIVE_INFINITY
  let serving: Promise<void> | undefined

  /** Without its lock nobody would know of its end; and what prepares headers is told whose they are. */
  const mayServe = ({ request, partition }: AskedRead, needs: readonly string[]) =>
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

  function takeIn(ask: AskedRead, tab: string, port: MessagePort): Promise<void> {
    const say = (word: WorkerWord) => port.postMessage(word)
    serving ??= serveOn()
    // Who hears it waits for the lock, so it has to be held by then.
    void serving.then(() => say({ type: 'taken', by: instance }))
    return new Promise((resolve) => {
      const end = () => {
        unwatch()
        resolve()
      }
      const leave = () => {
        reader.leave()
        end()
      }
      const reader = line.ask({
        ...ask,
        onSent: (order) => say({ type: 'sent', order }),
        onEnd(how) {
          say({ type: 'end', end: how })
          end()
        },
      })
      const unwatch = watch(readerLock(database, tab), leave)
      port.onmessage = ({ data }: MessageEvent<Partial<ReaderWord> | null>) => {
        if (data?.type === 'leave') leave()
        if (data?.type === 'raise' && isPriority(data.priority)) reader.raise(data.priority)
      }
    })
  }

  return {
    serve({ asks, limit, needs, tab }, ports) {
      if (limit !== undefined && limit.saidAt >= limitedAt) {
        limitedAt = limit.saidAt
        line.limit(limit.readsMax)
      }
      // All of one turn at once: the line has the most urgent of them go first.
      const served = ports.map((port, at) => {
        const ask = asks[at]
        if (ask !== undefined && mayServe(ask, needs)) return takeIn(ask, tab, port)
        port.postMessage({ type: 'refused' } satisfies WorkerWord)
        return undefined
      })
      return Promise.all(served)
    },
  }
}
