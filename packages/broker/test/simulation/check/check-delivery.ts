// No accepted entry is lost (P1), each has its effect once (P2), and a success is the server's own word (P5). All is
// delivered once the faults have stopped (P14).
import type { History } from '../world/history.js'
import {
  type EventOf,
  type Facts,
  lostForGood,
  mayHaveMissed,
  type Story,
  type Violation,
  wasReturned,
} from './facts.js'

export function checkNoLoss(facts: Facts): readonly Violation[] {
  const { stories, plan, history, had, eventsOf } = facts
  const lost = lostForGood(facts)
  const gone = [...stories.values()].filter(isGone)
  const unexplained = gone.filter(({ id }) => !lost.has(id))
  const told = toldOf(eventsOf('lossTold'))
  if (unexplained.length > 0)
    return [{ promise: 'P1', text: `${idsOf(unexplained)} was accepted and disappeared without an outcome` }]
  // A note comes a moment after the acceptance. Nobody knows of what was accepted in that moment, if the tab dies in it.
  const isMirrored = plan.hasMirror && !had('powerLoss', 'wipeMirror')
  const known = isMirrored ? gone : gone.filter((story) => !diedAtOnce(story, history))
  return known.length > told
    ? [{ promise: 'P1', text: `${idsOf(known)} was lost by a wipe, and a loss of ${told} was told` }]
    : []
}

/** Each user is told of their own loss. */
function toldOf(losses: readonly EventOf<'lossTold'>[]): number {
  const most = new Map<string | undefined, number>()
  for (const { user, upTo } of losses) most.set(user, Math.max(most.get(user) ?? 0, upTo))
  return [...most.values()].reduce((sum, upTo) => sum + upTo, 0)
}

const noteMs = 1_000

function diedAtOnce({ acceptedAt = 0, tapped }: Story, { events }: History): boolean {
  const at = events[acceptedAt]?.at ?? 0
  return events.some(
    (event) => event.kind === 'died' && event.realm === tapped.realm && event.at < at + noteMs,
  )
}

const isGone = ({ acceptedAt, effects, row, settled, isGivenUp }: Story) =>
  !isGivenUp &&
  acceptedAt !== undefined &&
  effects.length === 0 &&
  row === undefined &&
  !settled.some(isOutcome)

/** A loss is told apart. */
const isOutcome = ({ status, reason }: Story['settled'][0]) =>
  status === 'returned' && reason !== 'storageLost'

const idsOf = (stories: readonly Story[]) => stories.map(({ id }) => id).join(', ')

export function checkEffectOnce({ stories, plan }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  for (const { id, effects, sends, tapped, isRetried } of stories.values()) {
    if (isRetried && plan.server === 'plain') continue
    const keys = new Set(sends.map(({ key }) => key))
    if (keys.size > 1 && !isRetried)
      violations.push({ promise: 'P2', text: `${id} was sent under ${keys.size} keys` })
    const mayRepeat = plan.server === 'plain' && tapped.verb === 'put'
    const counted = plan.server === 'plain' ? effects.filter(({ isDouble }) => !isDouble) : effects
    if (counted.length > 1 && !mayRepeat)
      violations.push({ promise: 'P2', text: `${id} had its effect ${counted.length} times` })
  }
  return violations
}

/** Nothing is sent once its end was told. A tab that wakes may still send what another has sent meanwhile. */
export function checkEnded({ stories, had }: Facts): readonly Violation[] {
  if (had('wipe')) return []
  return [...stories.values()]
    .filter(({ isRetried, settled, sends }) => {
      const end = settled.find(({ status }) => /^(delivered|returned)$/.test(status))
      return !isRetried && end !== undefined && sends.some(({ at }) => at > end.at)
    })
    .map(({ id }) => ({ promise: 'P2', text: `${id} was sent again after its end was told` }))
}

export function checkAcknowledged({ stories }: Facts): readonly Violation[] {
  return [...stories.values()]
    .filter(
      ({ settled, effects }) => effects.length === 0 && settled.some(({ status }) => status === 'delivered'),
    )
    .map(({ id }) => ({ promise: 'P5', text: `${id} was told delivered, and the server has done nothing` }))
}

/** An entry comes back only if the app of the server has refused it (P5). */
export function checkReturned({ stories, plan }: Facts): readonly Violation[] {
  if (plan.server === 'plain') return []
  return [...stories.values()]
    .filter((story) => wasReturned(story) && !story.tapped.isRefused && !isLost(story))
    .map(({ id, row }) => ({
      promise: 'P5',
      text: `${id} came back (${row?.reason}), and the server never refused it`,
    }))
}

/** It was lost, or redirected in a good session, which counts as an answer. */
const isLost = ({ settled, row }: Story) =>
  [row?.reason, ...settled.map(({ reason }) => reason)].some(
    (why) => why === 'storageLost' || why === 'redirected',
  )

/** The one who dispatched an entry hears of its end. */
export function checkTold({ stories, history, had }: Facts): readonly Violation[] {
  if (had('wipe') || mayHaveMissed(had)) return []
  const alive = new Set(history.ending.views.map(({ realm }) => realm))
  return [...stories.values()]
    .filter(
      ({ tapped, settled, row }) =>
        alive.has(tapped.realm) && settled.length === 0 && row?.state !== 'inDoubt',
    )
    .map(({ id, tapped }) => ({ promise: 'P1', text: `${tapped.realm} never heard what became of ${id}` }))
}

export function checkDelivered({ stories, history }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  if (!history.ending.isQuiet) violations.push({ promise: 'P9', text: 'the world does not come to rest' })
  for (const { id, row, effects } of stories.values()) {
    if (row?.state === 'waiting' || row?.state === 'sending')
      violations.push({
        promise: 'P14',
        text: `${id} still is ${row.state} long after all faults have stopped`,
      })
    if (row?.state === 'inDoubt')
      violations.push({ promise: 'P2', text: `${id} is left in doubt though somebody could tell` })
    if (row?.state === 'dead' && row.reason === 'failuresMax')
      violations.push({
        promise: 'P14',
        text: `${id} was given up (${row.reason}), with ${effects.length} effects`,
      })
  }
  return violations
}
