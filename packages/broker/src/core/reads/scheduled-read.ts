// A read as it stands in a scheduler: its readers, its place, and how its tries ended.
import { missesMax } from '../limits.js'
import type { Stall } from '../stall.js'
import type { Ask, ReadEnd } from './line.js'
import type { Origin } from './origin-reads.js'

/** One request, and who waits for its answer. */
export interface Read {
  readonly ask: Ask
  readonly origin: Origin
  readonly askedAt: number
  readonly readers: Set<Listener>
  priority: number
  retries: number
  flight?: Flight | undefined
  /** Set once it was sent for the first time. */
  sent?: Sent
}

export interface Listener extends Pick<Ask, 'onEnd'> {
  /** Undefined once it was told. */
  onSent: Ask['onSent'] | undefined
}

export interface Flight {
  readonly wire: AbortController
  /** Gives back the connection. */
  land(): void
}

export interface Sent {
  readonly order: number
  /** Ends the read where nothing moves. */
  readonly stall: Stall
  /** When that will be, on the monotonic clock. */
  until: number
  tries: number
  /** What came of its last try. */
  last?: ReadEnd
  cancelPause?: () => void
}

/** Whether a read has a try left that would begin in time, at an origin that is there. */
export const mayRepeat = ({ retries, sent, origin }: Read, beginsAt: number): boolean =>
  sent !== undefined && sent.tries < retries && beginsAt < sent.until && origin.misses < missesMax
