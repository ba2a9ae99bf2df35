// One origin's health, shared by all executors through its row: when everything that goes there has to rest, and
// what may be sent meanwhile. n waiting entries make one probe, not n (a circuit breaker, half open with one try).
import { backoffMs } from './backoff.js'
import { probeHiddenMs, probeSpacingMs, probeVisibleMs } from './limits.js'
import type { Outcome } from './outcome.js'

/**
 * Why an executor was woken, and so how soon a network that seemed away is tried again: something happened to it
 * (`signal`: `online`, focus, a start), the user did something (`capture`), only time went by in a window that is
 * looked at (`timer`) or not (`slowTimer`), or nothing of the kind.
 */
export type Probe = 'none' | 'slowTimer' | 'timer' | 'capture' | 'signal'

const strength: Record<Probe, number> = { none: 0, slowTimer: 1, timer: 2, capture: 3, signal: 4 }
/** The least time since the last probe. Timers fire early at times, so they are given a tenth. */
const spacingMs: Record<Probe, number> = {
  none: Number.POSITIVE_INFINITY,
  slowTimer: probeHiddenMs * 0.9,
  timer: probeVisibleMs * 0.9,
  capture: probeSpacingMs,
  signal: 0,
}
export const strongest = (a: Probe, b: Probe): Probe => (strength[a] >= strength[b] ? a : b)

export type Rest =
  /** No connection, or something between that answers in the application's place: until a probe succeeds. */
  | { readonly kind: 'away' }
  /** The server named a time. */
  | { readonly kind: 'told'; readonly until: number }
  /** Three lanes failed with no success between. */
  | { readonly kind: 'failing'; readonly until: number; readonly rounds: number }

export interface OriginRow {
  readonly origin: string
  /** Attempts since the application last answered that did not reach it. */
  readonly awayStreak: number
  /** Lanes that failed since the last success, at most three. */
  readonly failedLanes: readonly string[]
  readonly probedAt: number
  readonly rest?: Rest
}

const failedLanesMax = 3

export const healthyOrigin = (origin: string): OriginRow => ({
  origin,
  awayStreak: 0,
  failedLanes: [],
  probedAt: 0,
})

/**
 * Whether a failure to reach the application counts against its entry. The first one after an answer does: others
 * get through, so it may be the entry's own. Those that follow are the network's.
 */
export const countsAgainstEntry = (row: OriginRow, counts: boolean | 'away'): boolean =>
  counts === 'away' ? row.awayStreak === 0 : counts

/** The origin's row after one outcome of one lane. The same object where nothing changed. */
export function afterOutcome(
  row: OriginRow,
  outcome: Outcome,
  { lane, now, random }: { readonly lane: string; readonly now: number; readonly random: number },
): OriginRow {
  if (outcome.kind !== 'retry') return isHealthy(row) ? row : healthyOrigin(row.origin)
  if (outcome.counts === 'away') return afterMiss(row)
  const reached: OriginRow =
    row.awayStreak === 0 ? row : { ...healthyOrigin(row.origin), failedLanes: row.failedLanes }
  if (outcome.rests === 'origin') {
    const until = now + (outcome.retryAfterMs ?? 0) + backoffMs(0, random)
    return { ...reached, rest: { kind: 'told', until } }
  }
  if ((outcome.httpStatus ?? 500) < 500) return reached
  return afterFailure(reached, lane, now, random)
}

function afterMiss(row: OriginRow): OriginRow {
  const awayStreak = row.awayStreak + 1
  return { ...row, awayStreak, ...(awayStreak >= 2 ? { rest: { kind: 'away' } } : {}) }
}

function afterFailure(row: OriginRow, lane: string, now: number, random: number): OriginRow {
  const failedLanes = row.failedLanes.includes(lane) ? row.failedLanes : [...row.failedLanes, lane]
  if (failedLanes.length < failedLanesMax) return { ...row, failedLanes }
  const rounds = row.rest?.kind === 'failing' ? row.rest.rounds + 1 : 0
  const kept = failedLanes.slice(-failedLanesMax)
  return {
    ...row,
    failedLanes: kept,
    rest: { kind: 'failing', rounds, until: now + backoffMs(rounds, random) },
  }
}

const isHealthy = (row: OriginRow) =>
  row.awayStreak === 0 && row.failedLanes.length === 0 && row.rest === undefined

/** How many entries may be sent to the origin now, beside those already in flight to it. */
export function allowance(row: OriginRow, probe: Probe, now: number, inFlight: number): number {
  if (row.rest === undefined) return Number.POSITIVE_INFINITY
  const ready =
    row.rest.kind === 'away' ? Math.abs(now - row.probedAt) >= spacingMs[probe] : now >= row.rest.until
  return ready && inFlight === 0 ? 1 : 0
}
