// A read in a scheduler, with its place and the end of its last try.
import type { StallTimer } from '../../network/stall-timer.js'
import type { ReadEnd, ReadJob } from '../read-types.js'

/** One request that waits or is sent. */
export interface ScheduledRead {
  readonly ask: ReadJob
  readonly origin: OriginQueue
  readonly askedAt: number
  priority: number
  flight?: ReadFlight | undefined
  /** Set once it was sent for the first time. */
  sent?: SentRead
}

export interface ReadFlight {
  readonly wire: AbortController
  /** Gives back the connection. */
  land(): void
}

export interface SentRead {
  /** Ends the read where nothing moves. */
  readonly stall: StallTimer
  /** When that will be, on the monotonic clock. */
  until: number
  tries: number
  /** The end of its last try. */
  last?: ReadEnd
  cancelPause?: () => void
}

export interface OriginQueue {
  readonly name: string
  /** Reads that failed since one was answered. */
  misses: number
  /** Its reads are looked at when this turn is over. */
  stirred: boolean
  /** Puts a read in line. */
  push(read: ScheduledRead): void
  /** Makes a read more urgent, whether it waits or not. */
  raise(read: ScheduledRead, priority: number): void
  remove(read: ScheduledRead): void
  /** Whether a read waits that may be sent now. */
  hasNext(readsMax: number): boolean
  /** Takes that read out of the line. */
  pop(readsMax: number): ScheduledRead | undefined
  /** A read is in flight, until the function is called that this gives. */
  launch(read: ScheduledRead): () => void
}
