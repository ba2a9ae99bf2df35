// The view is honest on the way, and equals the server in the end (P8). Dispatch never throws (P13).
import { listOf } from '../server/ledger.js'
import type { Lists } from '../world/app.js'
import { type Facts, mayHaveMissed, type Violation } from './facts.js'

export function checkView({ history, plan, had }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  /** The words that each realm must show. */
  const shown = new Map<string, Map<string, string>>()
  const of = (realm: string) => {
    const ids = shown.get(realm) ?? new Map<string, string>()
    shown.set(realm, ids)
    return ids
  }
  const users = new Map<string, string | undefined>()
  for (const event of history.events) {
    // A wipe may bring an entry back that has ended, and its old answer with it.
    if (event.kind === 'lostRows') shown.clear()
    if (event.kind === 'tapped') of(event.realm).set(event.id, event.lane)
    if (event.kind === 'settled' && event.status !== 'delivered') of(event.realm).delete(event.id)
    if (event.kind === 'notAccepted') for (const ids of shown.values()) ids.delete(event.id)
    if (event.kind !== 'viewed') continue
    if (users.has(event.realm) && users.get(event.realm) !== event.user) shown.delete(event.realm)
    users.set(event.realm, event.user)
    for (const [id, lane] of of(event.realm))
      if (!(event.lists[lane] ?? []).includes(id)) {
        violations.push({
          promise: 'P8',
          text: `${id} vanished from the view of ${event.realm} while it was on its way`,
        })
        of(event.realm).delete(id)
      }
    // A wipe takes the word that an entry was delivered, and so does a journal that forgets too early. An answer then shows
    // it beside the entry.
    if (plan.server === 'companion' && !had('wipe') && !mayHaveMissed(had))
      violations.push(...doubled(event.realm, event.lists))
  }
  return violations
}

function doubled(realm: string, lists: Lists): readonly Violation[] {
  return Object.entries(lists).flatMap(([lane, ids]) => {
    if (!Array.isArray(ids)) return []
    const twice = ids.find((id, at) => ids.indexOf(id) !== at)
    return twice === undefined
      ? []
      : [{ promise: 'P8', text: `${twice} is twice in ${lane} in the view of ${realm}` }]
  })
}

/** A lane that a tab has heard nothing of is empty there. */
export function checkFinalView(facts: Facts): readonly Violation[] {
  const { history, plan, had, stories, knows } = facts
  const { ending } = history
  // An entry that came back by a redirect, or was discarded, may have happened, and nobody says so.
  const unclear = new Set(
    [...stories.values()]
      .filter(({ effects, row, isGivenUp }) => effects.length > 0 && (row?.state === 'dead' || isGivenUp))
      .map(({ tapped }) => tapped.lane),
  )
  if (plan.server === 'plain' || had('wipe') || mayHaveMissed(had)) return []
  const slept = sleepers(facts)
  const awake = ending.views.filter(({ realm }) => !slept.has(realm.split('.')[0] ?? ''))
  return awake.flatMap(({ realm, user, lists }) =>
    Object.entries(lists).flatMap(([lane, ids]) => {
      if (!Array.isArray(ids) || ids.length === 0 || user === undefined || unclear.has(lane)) return []
      // A tab shows nothing of a route that it does not know.
      if ([...stories.values()].some((story) => story.tapped.lane === lane && !knows(realm, story))) return []
      const truth = listOf(ending.ledger, user, lane)
      return truth.join() === ids.join()
        ? []
        : [
            {
              promise: 'P8',
              text: `${realm} shows ${ids.join(' ')} in ${lane}, and the server has ${truth.join(' ')}`,
            },
          ]
    }),
  )
}

/** The notes of the journal keep their words so long. A tab that sleeps for longer reads its lists anew as it wakes. */
const wordsMs = 75_000

function sleepers({ history, plan }: Facts): ReadonlySet<string> {
  const slept = new Set<string>()
  const asleep = new Map<number, number>()
  const wake = (tab: number, at: number) => {
    if (at > (asleep.get(tab) ?? at) + wordsMs) slept.add(`tab ${tab}`)
    asleep.delete(tab)
  }
  for (const event of history.events) {
    if (event.kind !== 'step') continue
    const { step } = event
    if (step.kind === 'freeze' && !asleep.has(step.tab)) asleep.set(step.tab, event.at)
    if (step.kind === 'thaw') wake(step.tab, event.at)
  }
  for (const tab of [...asleep.keys()]) wake(tab, plan.endMs)
  return slept
}

export function checkQuiet({ eventsOf, had }: Facts): readonly Violation[] {
  const threw = eventsOf('threw').map(({ id, error }) => ({
    promise: 'P13',
    text: `the tap of ${id} threw ${error}`,
  }))
  if (had('abort', 'full', 'wipe', 'wipeMirror')) return threw
  const reports = eventsOf('reported').map(({ realm, error }) => ({
    promise: 'P13',
    text: `${realm} reported: ${error}`,
  }))
  return [...threw, ...reports]
}
