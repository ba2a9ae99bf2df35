// A read as it stands in a scheduler: who shares it, where it is, and what came of its tries.
import { readAgeMs } from '../limits.js'
import type { Ask, ReadEnd } from './line.js'
import type { PriorityQueue } from './priority-queue.js'

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
  readonly until: number
  readonly cancelTimer: () => void
  tries: number
  /** What came of its last try. */
  last?: ReadEnd
  cancelPause?: () => void
}

export interface Origin {
  readonly name: string
  readonly waiting: PriorityQueue<Read>
  flying: number
  /** Reads that failed since one was answered. */
  misses: number
  /** It is looked at when this turn is over. */
  stirred: boolean
}

/** A wait of `readAgeMs` counts as one priority higher, for all alike: so a rank stays as it is while its read waits. */
export const rankOf = ({ priority, askedAt }: Pick<Read, 'priority' | 'askedAt'>): number =>
  priority * readAgeMs + askedAt
