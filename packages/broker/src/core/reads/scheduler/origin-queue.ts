// The reads that wait, in a queue for each origin, and the number of those in flight. They are launched as connections
// come free. Slow reads never hold every connection. Once an urgent read was asked for, one connection is kept for urgent
// reads.

import { readAgeMs, urgentMax } from '../../limits.js'
import type { ConnectionPool } from '../../network/connection-pool.js'
import { createPriorityQueue } from './priority-queue.js'
import type { OriginQueue, ScheduledRead } from './scheduled-read.js'

const isUrgentPriority = (priority: number) => priority <= urgentMax

/** A wait of `readAgeMs` counts as one priority higher. All reads age alike, so a rank does not change with time. */
const rankOf = ({ priority, askedAt }: ScheduledRead): number => priority * readAgeMs + askedAt

function createOriginQueue(name: string): OriginQueue {
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

/** Sends a read. Call `land` once, when the read holds its connection no more. */
export type LaunchRead = (read: ScheduledRead, land: () => void) => void

/** The queues of all origins. */
export interface OriginQueues {
  originOf(name: string): OriginQueue
  /** Puts a read in the line of its origin. */
  lineUp(read: ScheduledRead): void
  /** Makes a read more urgent. */
  raise(read: ScheduledRead, priority: number): void
  /** How many reads of one origin may be in flight, from now on. */
  limit(readsMax: number): void
  /** How many reads are in flight. */
  flying(): number
}

export function createOriginQueues(
  connections: ConnectionPool,
  readsMaxAtFirst: number,
  launch: LaunchRead,
): OriginQueues {
  const origins = new Map<string, OriginQueue>()
  let readsMax: number
  let flying = 0

  function originOf(name: string): OriginQueue {
    const origin = origins.get(name) ?? createOriginQueue(name)
    origins.set(name, origin)
    return origin
  }

  /** Waits for the end of the turn, so that its reads go by urgency and not by who asked first. */
  function stir(origin: OriginQueue): void {
    if (origin.stirred || !origin.hasNext(readsMax)) return
    origin.stirred = true
    void Promise.resolve(origin).then(sendFrom)
  }

  function sendFrom(origin: OriginQueue): void {
    origin.stirred = false
    while (origin.hasNext(readsMax)) {
      const letGo = connections.read(origin.name)
      if (letGo === undefined) return
      const read = origin.pop(readsMax)
      if (read === undefined) return
      const landed = origin.launch(read)
      flying++
      launch(read, () => {
        flying--
        landed()
        letGo()
      })
    }
  }

  function limit(max: number): void {
    readsMax = Math.min(max, connections.readsMax)
    for (const origin of origins.values()) stir(origin)
  }

  limit(readsMaxAtFirst)
  connections.onFree((name) => stir(originOf(name)))
  return {
    originOf,
    lineUp(read) {
      read.origin.push(read)
      stir(read.origin)
    },
    raise(read, priority) {
      read.origin.raise(read, priority)
      stir(read.origin)
    },
    limit,
    flying: () => flying,
  }
}
