// When to look at the outbox again if nothing happens meanwhile, and how hard to try then.
import { whenOf } from './channel.js'
import type { Due } from './claim.js'
import { lookAgainAt, type Surroundings, unmetAt } from './conditions.js'
import { probeHiddenMs, probeVisibleMs, waitCapMs } from './limits.js'
import type { Outlook } from './news.js'
import { type Probe, restMs } from './origin.js'

export interface NextWake {
  readonly delayMs: number
  readonly probe: Probe
}

/** Something is due or in flight: an executor is at it, and is looked after if it is not. */
const overdueMs = 2_000

/** Undefined where only an event can change anything. `watched`: a visible window that believes itself online. */
export function nextWake(
  outlook: Outlook,
  now: number,
  watched: boolean,
  surroundings: Surroundings,
): NextWake | undefined {
  const { row, sending } = outlook
  if (row.waiting === 0 || row.paused === 'principal') return undefined
  const slow: NextWake = watched
    ? { delayMs: probeVisibleMs, probe: 'timer' }
    : { delayMs: probeHiddenMs, probe: 'slowTimer' }
  if (row.paused === 'auth') return slow
  const next = nextHead(outlook, now, slow, surroundings)
  // Should the executor die, the realm that waits for its lock takes over at once (P4).
  if (sending && (next === undefined || next.delayMs > overdueMs))
    return { delayMs: overdueMs, probe: slow.probe }
  return next
}

function nextHead(
  { origins, due }: Outlook,
  now: number,
  slow: NextWake,
  surroundings: Surroundings,
): NextWake | undefined {
  if (due.length === 0) return undefined
  const nextDueAt = Math.min(...due.map((one) => sendableAt(one, now, surroundings)))
  if (nextDueAt > now) return { delayMs: Math.min(nextDueAt - now, waitCapMs), probe: slow.probe }
  if (origins.some(({ rest }) => rest?.kind === 'away')) return slow
  const ends = origins.flatMap((row) => restMs(row, now) ?? [])
  return { delayMs: ends.length === 0 ? overdueMs : Math.min(...ends), probe: slow.probe }
}

/** When it is due and may be sent, or when to look again whether it may. */
function sendableAt({ channel, at }: Due, now: number, surroundings: Surroundings): number {
  const missing = unmetAt(whenOf(channel), now, surroundings)
  return missing === undefined ? at : Math.max(at, lookAgainAt(missing, now))
}

export type Connectivity = 'online' | 'offline' | 'degraded'

/**
 * The state of the way to the servers, by the browser's word and the last attempts. `answeredAt`: wall time of the last
 * answer of any origin, which is better evidence than either.
 */
export function connectivityOf(
  origins: Outlook['origins'],
  believesOnline: boolean,
  answeredAt: number,
): Connectivity {
  const resting = origins.filter(({ rest }) => rest !== undefined)
  // A gateway that answers for its server shows that the line is there.
  const away = resting.filter(
    ({ rest, lastFailure }) => rest?.kind === 'away' && lastFailure?.reason !== 'http',
  )
  const isAnswered = answeredAt > Math.max(0, ...away.map(({ probedAt }) => probedAt))
  if ((!believesOnline || away.length > 0) && !isAnswered) return 'offline'
  return resting.length > 0 ? 'degraded' : 'online'
}
