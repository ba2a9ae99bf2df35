// Entries of a lane take effect in order (P3). One sender has one request of a lane in flight at a time (P4), in the
// session of its user (P6).
import { type EventOf, type Facts, lostForGood, type Story, type Violation, wasReturned } from './facts.js'

export function checkLaneOrder(facts: Facts): readonly Violation[] {
  const { stories, history } = facts
  const lost = lostForGood(facts)
  const violations: Violation[] = []
  const placeOf = new Map<string, number>()
  for (const [place, { id }] of history.ending.ledger.entries()) if (!placeOf.has(id)) placeOf.set(id, place)
  const done = [...stories.values()].filter(
    (story) => placeOf.has(story.id) && !wasReturned(story) && !story.isGivenUp && !lost.has(story.id),
  )
  for (const later of done)
    for (const earlier of done)
      if (isBefore(earlier, later) && (placeOf.get(earlier.id) ?? 0) > (placeOf.get(later.id) ?? 0))
        violations.push({ promise: 'P3', text: `${later.id} took effect before ${earlier.id} of its lane` })
  return violations
}

/** Whether one must take effect before the other: in a tab by the taps, between tabs by the acceptance. */
function isBefore(one: Story, other: Story): boolean {
  if (one === other || one.tapped.lane !== other.tapped.lane || one.tapped.user !== other.tapped.user)
    return false
  if (one.tapped.realm === other.tapped.realm) return one.tappedAt < other.tappedAt
  return one.acceptedAt !== undefined && one.acceptedAt < other.tappedAt
}

/** One request of a lane is in flight at a time, and with locks one realm sends the entries of a user. */
export function checkOneSender({ history, plan, stories }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  const flying = new Map<number, EventOf<'sent'>>()
  /** Requests of tabs that froze meanwhile: they take for one in flight what ended long ago. */
  const asleep = new Set<EventOf<'sent'>>()
  const wokeAt = new Map<string, number>()
  for (const event of history.events) {
    if (event.kind === 'step' && event.step.kind === 'freeze') {
      const tab = `tab ${event.step.tab}.`
      for (const one of flying.values()) if (one.realm.startsWith(tab)) asleep.add(one)
    }
    // Rows that a wipe took are not known any more.
    if (event.kind === 'lostRows') flying.clear()
    if (event.kind === 'ended') flying.delete(event.number)
    if (event.kind === 'step' && event.step.kind === 'thaw') wokeAt.set(`tab ${event.step.tab}`, event.at)
    if (event.kind !== 'sent') continue
    // The tab woke right before it sends.
    if (event.at === wokeAt.get(event.realm.split('.')[0] ?? '')) asleep.add(event)
    for (const other of flying.values())
      if (
        (other.lane === event.lane || (plan.hasLocks && other.realm !== event.realm)) &&
        other.principal === event.principal &&
        !asleep.has(other) &&
        !asleep.has(event) &&
        // A lane does not wait for one that a person has discarded.
        !stories.get(other.id)?.isDiscarded
      )
        violations.push({
          promise: 'P4',
          text: `${event.id} was sent by ${event.realm} while ${other.id} (${other.lane}) was in flight from ${other.realm}`,
        })
    flying.set(event.number, event)
  }
  return violations
}

export function checkRightUser({ stories, plan }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  for (const { id, tapped, sends, effects } of stories.values()) {
    const wrong = sends.find(({ principal }) => principal !== tapped.user)
    if (wrong !== undefined)
      violations.push({
        promise: 'P6',
        text: `${id} of ${tapped.user} was sent in the name of ${wrong.principal}`,
      })
    const other = effects.find(({ user }) => user !== tapped.user)
    if (other !== undefined && plan.server === 'companion')
      violations.push({ promise: 'P6', text: `${id} of ${tapped.user} took effect for ${other.user}` })
  }
  return violations
}

/** In this time a sign-out is on the disk, where no tab is frozen. */
const signOutMs = 3_000

/** Signing out never sends (P6). */
export function checkSignedOut({ history, had }: Facts): readonly Violation[] {
  if (had('freeze', 'throttle', 'abort', 'full', 'wipe')) return []
  const violations: Violation[] = []
  let left: { readonly user: string; readonly at: number } | undefined
  let present: string | undefined
  for (const event of history.events) {
    if (event.kind === 'signedIn') {
      if (present !== undefined && event.user !== present) left = { user: present, at: event.at }
      if (event.user === left?.user) left = undefined
      present = event.user ?? present
    }
    if (event.kind === 'sent' && event.principal === left?.user && event.at > left.at + signOutMs)
      violations.push({
        promise: 'P6',
        text: `${event.id} of ${left.user} was sent after they had signed out`,
      })
  }
  return violations
}

/** A server's Retry-After is a floor (P9), where no clock was set. */
export function checkPolite({ history, had }: Facts): readonly Violation[] {
  if (had('clock')) return []
  const violations: Violation[] = []
  const floors = new Map<string, number>()
  const sent = new Map<number, EventOf<'sent'>>()
  for (const event of history.events) {
    if (event.kind === 'sent') {
      const floor = floors.get(event.id)
      if (floor !== undefined && event.at < floor - 5)
        violations.push({
          promise: 'P9',
          text: `${event.id} was sent again before the time that its server named`,
        })
      sent.set(event.number, event)
    }
    if (event.kind === 'toldToWait') {
      const answered = sent.get(event.number)
      if (answered !== undefined) floors.set(answered.id, event.at + event.ms)
    }
    // A realm that dies may take the word with it.
    if (event.kind === 'lostRows' || event.kind === 'died') floors.clear()
  }
  return violations
}
