// A page's reads in the worker. The page holds a lock while it has any there, so that the worker knows of the page's end.
// It lets go with the last of them: a page that holds a lock is not kept in the back/forward cache.
import { type ReadLimit, readCommand, readerLock } from '../core/reads/messages.js'
import { createLetter, type Entry, type Letter } from './letter.js'
import type { WorkerLineContext } from './worker-line.js'

export interface Visits {
  /** Has a read go to the worker with the others of this turn. */
  readonly send: Letter['add']
  /** Tells the worker now, and with each read: it forgets when it is stopped. */
  limit(limit: ReadLimit): void
}

/** From the first read to the last. Each has a lock of its own, so that no end of one is taken for that of the next. */
interface Visit {
  readonly tab: string
  readonly isHeld: Promise<void>
  readonly reads: Set<Entry>
  /** What has not gone yet. */
  letter: Letter | undefined
  letGo(): void
}

type Context = Pick<WorkerLineContext, 'database' | 'worker' | 'locks' | 'clock' | 'chance' | 'report'>

/** Firefox stops a worker a minute after its last event, even while it reads. So a message is sent this often. */
const awakeMs = 20_000

export function createVisits({ database, worker, locks, clock, chance, report }: Context): Visits {
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
    const here: Visit = { tab, isHeld, reads: new Set(), letter: undefined, letGo }
    keepAwake(here)
    return here
  }

  function keepAwake(here: Visit): void {
    clock.after(awakeMs, () => {
      if (visit !== here) return
      post(here.tab)
      keepAwake(here)
    })
  }

  function post(tab: string, letter?: Letter): void {
    const { needs } = worker
    const command = readCommand({ database, tab, needs, limit, asks: letter?.reads() ?? [] })
    worker.forReads()?.postMessage(command, letter === undefined ? [] : [letter.port])
  }

  function flush(here: Visit): void {
    const { letter, tab } = here
    here.letter = undefined
    if (letter !== undefined) post(tab, letter)
  }

  return {
    send(read, hear) {
      visit ??= begin()
      const here = visit
      here.letter ??= createLetter()
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
