// One request for all who ask for one key. The worker shares the requests of all tabs by it. The reads of one page are
// shared before they come to a scheduler.
import type { ReadJob, Scheduler } from '../read-types.js'
import { retriesDefault } from './retry-policy.js'
import { type SchedulerContext, safely } from './scheduler.js'

type Ask = Scheduler['ask']

export function shareByKey(scheduler: Scheduler, context: Pick<SchedulerContext, 'report'>): Scheduler {
  /** By key, the function by which one more joins its request. */
  const joins = new Map<string, Ask>()

  function begin(first: ReadJob): Ask {
    const { key } = first
    /** The next one who asks for the key begins a new request. */
    const forget = () => {
      if (joins.get(key) === join) joins.delete(key)
    }
    const join = sharedRequest(scheduler, context, first, forget)
    joins.set(key, join)
    return join
  }

  return {
    ask: (ask) => (joins.get(ask.key) ?? begin(ask))(ask),
    limit: (readsMax) => scheduler.limit(readsMax),
  }
}

/** Asks the scheduler once. Returns the function by which each reader joins. */
function sharedRequest(
  scheduler: Scheduler,
  context: Pick<SchedulerContext, 'report'>,
  first: ReadJob,
  forget: () => void,
): Ask {
  const readers = new Set<ReadJob>()
  /** The most that one of them asked for. */
  let retries = 0
  /** Tells one more, once all of them were told that it is sent. */
  let tellSent = (_reader: ReadJob): void => {}

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

  return (ask) => {
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
}
