// Remembers for each origin when it last answered, and whether something since then gives reason for doubt. Every
// request counts as evidence, and in a page the app's own traffic does too.

import { answeringMs, clockSlackMs, freshMs } from '../limits.js'
import type { Clock } from '../platform.js'
import { originOfUrl } from './url-origin.js'

export interface Reachability {
  /**
   * Notes what came of a request. `sentAt` and `at`, which is now by default: monotonic times. `status`: 0 where an
   * answer's status cannot be seen, undefined where nothing came.
   */
  note(url: string, sentAt: number, status: number | undefined, at?: number): void
  /** Nothing has come so far. That is reason to knock first, and no reason to distrust a late answer. */
  doubt(origin: string): void
  /** Something happened to the network or to the device. Earlier answers say nothing of now. */
  disturb(): void
  /** Whether the origin has answered a moment ago, and nothing has failed or happened since. */
  isFresh(origin: string): boolean
  /** Whether the last request to the origin came to nothing, or the device believes itself offline. */
  isDoubtful(origin: string): boolean
  /**
   * Wall time of the last answer of one origin, or of any. Minus infinity where none has come since the browser changed
   * its mind on the connection.
   */
  answeredAt(origin?: string): number
  /** Whether an origin beside these answered its latest request, and did so not long ago. */
  isAnswering(except: readonly string[]): boolean
  /** Calls back at every answer; returns what ends that. */
  listen(listener: (origin: string) => void): () => void
}

/**
 * Whether a status says that a server is there. A gateway that finds no server answers 502, 503 or 504. A network that
 * wants a sign-in first answers 511.
 */
export const isServerThere = (status: number | undefined): status is number =>
  status !== undefined && status !== 511 && !(status >= 502 && status <= 504)

interface LastAnswer {
  readonly sentAt: number
  readonly at: number
  /** Wall time less monotonic time. It changes where the device slept. */
  readonly offset: number
  readonly online: boolean
}

const neverAnswered = Number.NEGATIVE_INFINITY

export function createReachability(clock: Clock, isOnline: () => boolean): Reachability {
  const answers = new Map<string, LastAnswer>()
  const failures = new Map<string, number>()
  const doubts = new Map<string, number>()
  const listeners = new Set<(origin: string) => void>()
  let disturbedAt = neverAnswered
  const offsetNow = () => clock.now() - clock.monotonic()
  const failedAt = (origin: string) => failures.get(origin) ?? neverAnswered

  const lastAnswer = (counts: (origin: string, at: number) => boolean) => {
    const all = [...answers].filter(([origin, { at, online }]) => online === isOnline() && counts(origin, at))
    return Math.max(neverAnswered, ...all.map(([, { at, offset }]) => at + offset))
  }

  return {
    note(url, sentAt, status, at = clock.monotonic()) {
      const origin = originOfUrl(url)
      if (!isServerThere(status)) return void failures.set(origin, at)
      answers.set(origin, { sentAt, at, offset: offsetNow(), online: isOnline() })
      for (const listener of listeners) listener(origin)
    },
    doubt(origin) {
      doubts.set(origin, clock.monotonic())
    },
    disturb() {
      disturbedAt = clock.monotonic()
    },
    isFresh(origin) {
      const answer = answers.get(origin)
      return (
        answer !== undefined &&
        clock.monotonic() - answer.at <= freshMs &&
        answer.sentAt >= Math.max(disturbedAt, failedAt(origin)) &&
        Math.abs(offsetNow() - answer.offset) < clockSlackMs &&
        answer.online === isOnline()
      )
    },
    isDoubtful: (origin) =>
      !isOnline() ||
      Math.max(failedAt(origin), doubts.get(origin) ?? neverAnswered) >
        (answers.get(origin)?.at ?? neverAnswered),
    answeredAt: (origin) => lastAnswer((name) => (origin ?? name) === name),
    isAnswering: (except) =>
      lastAnswer((name, at) => !except.includes(name) && at >= failedAt(name)) > clock.now() - answeringMs,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
