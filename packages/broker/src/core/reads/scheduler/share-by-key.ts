// One request for all who ask for one key. The worker shares the requests of all tabs by it. The reads of one page are
// shared before they come to a scheduler.
import type { ReadJob, Scheduler } from '../read-types.js'
import { retriesDefault } from './retry-policy.js'
import { safely } from './scheduler.js'

export function shareByKey(scheduler: Scheduler, context: { report(error: unknown): void }): Scheduler {
  /** By key, the function by which one more joins its request. */
  const joins = new Map<string, Scheduler['ask']>()

  function begin(first: ReadJob): Scheduler['ask'] {
    const { key } = first
    const readers = new Set<ReadJob>()
    /** The most that one of them asked for. */
    let retries = 0
    /** Tells one more, once all of them were told that it is sent. */
    let tellSent = (_reader: ReadJob): void => {}

    /** The next one who asks for its key begins a new request. */
    function forget(): void {
      if (joins.get(key) === join) joins.delete(key)
    }

    const request = scheduler.ask({
      ...first,
      // The scheduler reads it after each try, since one more may ask for more.
      get retries() {
        return retries
      },
      onSent(order) {
        const tell = (reader: ReadJob) => safely(context, () => reader.onSent(order))
        for (const reader of readers) tell(reader)
        tellSent = tell
      },
      onEnd(end) {
        forget()
        // A reader that is told may have others leave.
        for (const reader of readers) safely(context, () => reader.onEnd(end))
      },
    })

    function join(ask: ReadJob): ReturnType<Scheduler['ask']> {
      const reader = { ...ask }
      readers.add(reader)
      retries = Math.max(retries, ask.retries ?? retriesDefault)
      request.raise(ask.priority)
      tellSent(reader)
      return {
        raise(priority) {
          if (readers.has(reader)) request.raise(priority)
        },
        leave() {
          if (!readers.delete(reader) || readers.size > 0) return
          forget()
          request.leave()
        },
      }
    }

    joins.set(key, join)
    return join
  }

  return {
    ask: (ask) => (joins.get(ask.key) ?? begin(ask))(ask),
    limit: (readsMax) => scheduler.limit(readsMax),
  }
}
