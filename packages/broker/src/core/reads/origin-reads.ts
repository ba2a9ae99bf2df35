// The reads of one origin: those that wait, and the number of those in flight. Slow reads never hold every connection:
// once an urgent read was asked for, one connection is kept for urgent reads.
import { readAgeMs, urgentMax } from '../limits.js'
import { createPriorityQueue } from './priority-queue.js'
import type { Read } from './scheduled-read.js'

export interface Origin {
  readonly name: string
  /** Reads that failed since one was answered. */
  misses: number
  /** Its reads are looked at when this turn is over. */
  stirred: boolean
  /** Puts a read in line. */
  push(read: Read): void
  /** Makes a read more urgent, whether it waits or not. */
  raise(read: Read, priority: number): void
  remove(read: Read): void
  /** Whether a read waits that may be sent now. */
  hasNext(readsMax: number): boolean
  /** Takes that read out of the line. */
  pop(readsMax: number): Read | undefined
  /** A read is in flight, until the function is called that this gives. */
  launch(read: Read): () => void
}

const isUrgent = (priority: number) => priority <= urgentMax

/** A wait of `readAgeMs` counts as one priority higher. All reads age alike, so a rank does not change with time. */
const rankOf = ({ priority, askedAt }: Read): number => priority * readAgeMs + askedAt

export function createOrigin(name: string): Origin {
  const urgent = createPriorityQueue<Read>()
  const common = createPriorityQueue<Read>()
  const queueOf = ({ priority }: Read) => (isUrgent(priority) ? urgent : common)
  let flying = 0
  let commonFlying = 0
  let keepsOne = false

  function push(read: Read): void {
    keepsOne ||= isUrgent(read.priority)
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
      const addCommon = isUrgent(priority) ? 0 : 1
      flying++
      commonFlying += addCommon
      return () => {
        flying--
        commonFlying -= addCommon
      }
    },
  }
}
