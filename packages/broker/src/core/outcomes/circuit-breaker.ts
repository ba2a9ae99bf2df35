// One origin's health, shared by all executors through its row: when everything that goes there has to rest, and
// what may be sent meanwhile. n waiting entries make one probe, not n (a circuit breaker, half open with one try).

import { probeHiddenMs, probeSpacingMs, probeVisibleMs } from '../limits.js'
import { backoffMs } from '../network/backoff.js'
import type { EntryCore } from '../rows/entry.js'
import { isCoolingDown, isRetryAfterRunning, withoutLastFailure } from '../rows/origin-row.js'
import type { Cooldown, Failure, OriginRow } from '../rows/rows.js'
import type { Outcome } from './outcome.js'

/**
 * Why an executor was woken, and so how soon a network that seemed away is tried again. `signal` means that something
 * happened to the network, such as `online`, focus or a start. `capture` means that the user did something. `timer` and
 * `slowTimer` mean that only time went by, in a visible window or elsewhere.
 */
export type WakeReason = 'none' | 'slowTimer' | 'timer' | 'capture' | 'signal'

const strength: Record<WakeReason, number> = { none: 0, slowTimer: 1, timer: 2, capture: 3, signal: 4 }
/** The least time since the last probe. Timers fire early at times, so they are given a tenth. */
const spacingMs: Record<WakeReason, number> = {
  none: Number.POSITIVE_INFINITY,
  slowTimer: probeHiddenMs * 0.9,
  timer: probeVisibleMs * 0.9,
  capture: probeSpacingMs,
  signal: 0,
}
/** Whether that may be tried again which was last tried then. */
export const mayProbe = (probe: WakeReason, at: number, now: number): boolean =>
  Math.abs(now - at) >= spacingMs[probe]

export const isWakeReason = (value: unknown): value is WakeReason =>
  typeof value === 'string' && Object.hasOwn(strength, value)
export const strongest = (a: WakeReason, b: WakeReason): WakeReason => (strength[a] >= strength[b] ? a : b)

const failedLanesMax = 3

export const healthyOrigin = (origin: string): OriginRow => ({
  origin,
  awayStreak: 0,
  failedLanes: [],
  probedAt: 0,
})

type FailedOutcome = Outcome & { readonly kind: 'retry' | 'inDoubt' }

/**
 * Whether a failure counts against its entry. The first one to reach the application after an answer does.
 * Others get through, so it may be the entry's own. The failures that follow are the network's.
 */
export const countsAgainstEntry = (row: OriginRow, { counts }: FailedOutcome): boolean =>
  counts === 'away' ? row.awayStreak === 0 : counts === true

/** The origin's row after one outcome of one lane. The same object where nothing changed. */
export function afterOutcome(
  row: OriginRow,
  outcome: Outcome,
  moment: { readonly lane: string; readonly now: number; readonly random: number },
): OriginRow {
  if (outcome.kind === 'returned' && outcome.sent === false) return row
  // Eight captive pages tell no more of the way to the application than one.
  if (outcome.kind === 'returned' && outcome.reason === 'notAcknowledged') return row
  if (outcome.kind !== 'retry' && outcome.kind !== 'inDoubt') return afterAnswer(row, moment.now)
  const { counts, httpStatus } = outcome
  if (counts === 'unreachable') return afterMiss(row, awayStreakMin, moment.now)
  if (counts === 'away') return afterMiss(row, 1, moment.now)
  if (outcome.kind === 'retry' && !outcome.sent && httpStatus === undefined) {
    if (!counts) return row
    // The app's own `prepareHeaders` threw. From the third lane on it most likely throws for all that goes there.
    return outcome.rests === 'origin'
      ? afterFailure(afterSign(row), moment, { kind: 'away' })
      : afterSign(row)
  }
  if (outcome.kind === 'inDoubt' && !counts) return afterAnswer(row, moment.now)
  const reached = afterSign(row)
  if (outcome.kind === 'retry' && outcome.rests === 'origin') return afterTold(reached, outcome, moment)
  const isFailure = (httpStatus ?? 500) >= 500 || outcome.reason === 'unsignedRefusal'
  return isFailure ? afterFailure(reached, moment) : reached
}

/** The application has answered for good. All is well, but for a time that it named and that is not over. */
const afterAnswer = (row: OriginRow, now: number): OriginRow =>
  isHealthy(row)
    ? row
    : withRetention({ ...healthyOrigin(row.origin), rest: isRetryAfterRunning(row, now) }, row.retentionMs)

/** The row with what an answer said of the memory for keys. The same object where it said nothing new. */
export const withRetention = (row: OriginRow, retentionMs: number | undefined): OriginRow =>
  retentionMs === undefined || retentionMs === row.retentionMs ? row : { ...row, retentionMs }

/** Something came back from the origin, by whatever request, so it is not away. */
export const afterSign = (row: OriginRow): OriginRow =>
  row.awayStreak === 0
    ? row
    : { ...row, awayStreak: 0, rest: row.rest?.kind === 'away' ? undefined : row.rest }

/** Whether an origin that was missed has answered since, whoever asked it. */
export const isBack = (
  { origin, awayStreak, probedAt }: OriginRow,
  answeredAt: (origin: string) => number,
): boolean => awayStreak > 0 && answeredAt(origin) > probedAt

const awayStreakMin = 2

function afterMiss(row: OriginRow, misses: number, now: number): OriginRow {
  const awayStreak = row.awayStreak + misses
  const missed = { ...row, awayStreak, probedAt: now }
  return awayStreak < awayStreakMin
    ? missed
    : { ...missed, rest: isRetryAfterRunning(row, now) ?? { kind: 'away' } }
}

type Moment = { readonly lane: string; readonly now: number; readonly random: number }

/** Requests in flight are answered alike. They make a rest that they find longer, never harder or shorter. */
function afterTold(row: OriginRow, outcome: Outcome & { readonly kind: 'retry' }, moment: Moment): OriginRow {
  const { now, random } = moment
  const before = row.rest?.kind === 'told' ? row.rest : undefined
  const running = isRetryAfterRunning(row, now)
  const rounds = before === undefined ? 0 : before.rounds + (running ? 0 : 1)
  const until = now + (outcome.retryAfterMs ?? 0) + backoffMs(rounds, random)
  return { ...row, rest: { kind: 'told', rounds, until: Math.max(until, running?.until ?? 0) } }
}

function afterFailure(row: OriginRow, { lane, now, random }: Moment, rest?: Cooldown): OriginRow {
  const known = row.failedLanes.includes(lane)
  const failedLanes = known ? row.failedLanes : [...row.failedLanes, lane].slice(-failedLanesMax)
  if (failedLanes.length < failedLanesMax || isCoolingDown(row, now))
    return known ? row : { ...row, failedLanes }
  if (rest !== undefined) return { ...row, failedLanes, probedAt: now, rest }
  const rounds = row.rest?.kind === 'failing' ? row.rest.rounds + 1 : 0
  return { ...row, failedLanes, rest: { kind: 'failing', rounds, until: now + backoffMs(rounds, random) } }
}

const isHealthy = (row: OriginRow) =>
  row.awayStreak === 0 && row.failedLanes.length === 0 && row.rest === undefined

/**
 * The row with or without its last failure, as one outcome of an entry says. The same object where it says nothing new.
 * `unclear`: the word of the session's probe, which could have decided.
 */
export function withLastFailure(
  row: OriginRow,
  outcome: Outcome,
  entry: EntryCore,
  at: number,
  unclear?: Failure,
): OriginRow {
  const isReturned = outcome.kind === 'returned' && outcome.reason === 'notAcknowledged'
  // The application has answered, whatever its answer leaves open.
  const isAnswered = outcome.kind === 'inDoubt' && !outcome.counts
  if (isAnswered || (outcome.kind !== 'retry' && outcome.kind !== 'inDoubt' && !isReturned))
    return row.lastFailure === undefined && row.answered
      ? row
      : { ...withoutLastFailure(row), answered: true }
  const { reason, httpStatus, came } = outcome
  // No request left. Two outcomes still say why: a knock that nobody or a gateway answered, or a header function that threw.
  if (outcome.kind === 'retry' && !outcome.sent && !/^(unreachable|http|headers|network)$/.test(reason))
    return row
  return { ...row, lastFailure: { reason, httpStatus, came, ...unclear, at, server: entry.server } }
}

/** How many entries may be sent to the origin now, beside those already in flight to it. */
export function allowedRequests(row: OriginRow, probe: WakeReason, now: number, inFlight: number): number {
  if (row.rest === undefined) return Number.POSITIVE_INFINITY
  const ready = row.rest.kind === 'away' ? mayProbe(probe, row.probedAt, now) : !isCoolingDown(row, now)
  return ready && inFlight === 0 ? 1 : 0
}
