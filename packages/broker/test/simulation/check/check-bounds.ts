// The bounds hold (P10): of the entries of a user, and of the requests in flight. A full outbox refuses, and no other does.
import type { Facts, Violation } from './facts.js'

export function checkEntriesMax({ plan, history, stories, had }: Facts): readonly Violation[] {
  const { entriesMax } = plan
  const violations: Violation[] = []
  /** An acceptance is on the disk before a tab hears of it, if it lives to hear it. */
  const tapped = new Map<string, number>()
  /** Entries that are in the outbox for sure: accepted, and never sent nor given up. */
  const waiting = new Map<string, Set<string>>()
  for (const event of history.events) {
    const story = 'id' in event ? stories.get(event.id) : undefined
    if (story === undefined) continue
    const { user } = story.tapped
    const ids = waiting.get(user) ?? new Set()
    waiting.set(user, ids)
    if (event.kind === 'notAccepted' && event.reason === 'outboxFull') {
      if (entriesMax === undefined || (tapped.get(user) ?? 0) <= entriesMax)
        violations.push({ promise: 'P10', text: `${event.id} found the outbox full, and it was not` })
    }
    if (event.kind === 'sent') ids.delete(event.id)
    if (event.kind === 'tapped') tapped.set(user, (tapped.get(user) ?? 0) + 1)
    if (event.kind !== 'accepted') continue
    if (!story.isGivenUp && story.sends.every(({ at }) => at > event.at)) ids.add(event.id)
    if (entriesMax !== undefined && ids.size > entriesMax && !had('wipe'))
      violations.push({ promise: 'P10', text: `${event.id} is one more than the outbox takes` })
  }
  return violations
}

export function checkConcurrency({ plan, history }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  const flying = new Map<number, string>()
  for (const event of history.events) {
    if (event.kind === 'ended') flying.delete(event.number)
    // The worker has the limits that the package gives.
    if (event.kind !== 'sent' || event.realm.startsWith('worker')) continue
    flying.set(event.number, event.realm)
    const count = [...flying.values()].filter((realm) => realm === event.realm).length
    if (count > plan.concurrencyMax)
      violations.push({ promise: 'P10', text: `${event.realm} has ${count} requests in flight at once` })
  }
  return violations
}
