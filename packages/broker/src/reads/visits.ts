// A page's reads in the worker. The page holds a lock while it has any there, so that the worker knows of its end, and
// lets it go with the last of them: a page that holds a lock is not kept for the way back.
import type { AskedRead, ReadLimit } from '../core/reads/messages.js'
import { readCommand, readerLock } from '../core/reads/messages.js'
import type { WorkerLineContext } from './worker-line.js'

export interface Visits {
  /** Sends a read with the others of this turn; returns what says that it is there no more. */
  send(read: AskedRead, port: MessagePort): () => void
  /** Tells the worker now, and with each read: it forgets when it is stopped. */
  limit(limit: ReadLimit): void
}

/** From the first read to the last. Each has a lock of its own, so that no end of one is taken for that of the next. */
interface Visit {
  readonly tab: string
  readonly isHeld: Promise<void>
  readonly reads: Set<MessagePort>
  readonly unsent: Map<MessagePort, AskedRead>
  letGo(): void
}

type Context = Pick<WorkerLineContext, 'database' | 'worker' | 'locks' | 'chance' | 'report'>

export function createVisits({ database, worker, locks, chance, report }: Context): Visits {
  let visit: Visit | undefined
  let limit: ReadLimit | undefined

  function begin(): Visit {
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
      locks.hold(readerLock(database, tab), { signal: new AbortController().signal }, untilOver).catch(report)
    })
    return { tab, isHeld, reads: new Set(), unsent: new Map(), letGo }
  }

  const post = (tab: string, reads: ReadonlyMap<MessagePort, AskedRead>) =>
    worker
      .forReads()
      ?.postMessage(readCommand({ database, tab, needs: worker.needs, limit, asks: [...reads.values()] }), [
        ...reads.keys(),
      ])

  function flush({ tab, unsent }: Visit): void {
    if (unsent.size === 0) return
    post(tab, unsent)
    unsent.clear()
  }

  return {
    send(read, port) {
      visit ??= begin()
      const here = visit
      here.reads.add(port)
      here.unsent.set(port, read)
      here.isHeld.then(() => flush(here)).catch(report)
      return () => {
        here.unsent.delete(port)
        here.reads.delete(port)
        if (here.reads.size > 0 || visit !== here) return
        visit = undefined
        here.letGo()
      }
    },
    limit(word) {
      limit = word
      post('', new Map())
    },
  }
}
