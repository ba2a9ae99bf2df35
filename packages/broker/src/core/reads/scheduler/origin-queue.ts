// The reads of one origin that wait, and the number of those in flight. Slow reads never hold every connection.
// Once an urgent read was asked for, one connection is kept for urgent reads.

import { readAgeMs, urgentMax } from '../../limits.js'
import { createPriorityQueue } from './priority-queue.js'
import type { OriginQueue, ScheduledRead } from './scheduled-read.js'

const isUrgentPriority = (priority: number) => priority <= urgentMax

/** A wait of `readAgeMs` counts as one priority higher. All reads age alike, so a rank does not change with time. */
const rankOf = ({ priority, askedAt }: ScheduledRead): number => priority * readAgeMs + askedAt

export function createOriginQueue(name: string): OriginQueue {
  const urgent = createPriorityQueue<ScheduledRead>()
  const common = createPriorityQueue<ScheduledRead>()
  const queueOf = ({ priority }: ScheduledRead) => (isUrgentPriority(priority) ? urgent : common)
  let flying = 0
  let commonFlying = 0
  let keepsOne = false

  function push(read: ScheduledRead): void {
    keepsOne ||= isUrgentPriority(read.priority)
    queueOf(read).push(read, rankOf(read))
  }

  function next(readsMax: number) {
    const isKept = keepsOne && commonFlying >= Math.max(readsMax - 1, 1)
    // Of equal ranks the common one was asked earlier.
    const queue = isKept || urgent.rank() < common.rank() ? urgent : common
    return flying < readsMax && queue.size() > 0 ? queue : undefined
  }

  return {
    name,
    misses: 0,
    stirred: false,
    push,
    raise(read, priority) {
      const waits = queueOf(read).remove(read)
      read.priority = priority
      if (waits) push(read)
    },
    remove: (read) => void queueOf(read).remove(read),
    hasNext: (readsMax) => next(readsMax) !== undefined,
    pop: (readsMax) => next(readsMax)?.pop(),
    launch({ priority }) {
      const addCommon = isUrgentPriority(priority) ? 0 : 1
      flying++
      commonFlying += addCommon
      return () => {
        flying--
        commonFlying -= addCommon
      }
    },
  }
}
