// A read never wipes a pending change and never counts it twice (P8). Its answer goes to its own user (P6). Equal reads
// share one request, and each of them ends (P14).
import { listAll } from '../server/ledger.js'
import type { Facts, Violation } from './facts.js'

/**
 * A wipe takes the word that an entry was delivered. After its clock was set back a page takes an answer for older than an
 * outcome of before, and applies the outcome once more.
 */
const unclear = ['wipe', 'clock'] as const

export function checkFeed({ history, had }: Facts): readonly Violation[] {
  const violations: Violation[] = []
  /** The words that each realm must show, once it has tapped them. */
  const shown = new Map<string, Set<string>>()
  const users = new Map<string, string | undefined>()
  const of = (realm: string) => {
    const ids = shown.get(realm) ?? new Set()
    shown.set(realm, ids)
    return ids
  }
  for (const event of history.events) {
    // A wipe may bring an entry back that has ended.
    if (event.kind === 'lostRows') shown.clear()
    if (event.kind === 'tapped') of(event.realm).add(event.id)
    if (event.kind === 'settled' && !isDone(event.status)) of(event.realm).delete(event.id)
    if (event.kind === 'notAccepted') for (const ids of shown.values()) ids.delete(event.id)
    if (event.kind !== 'feedViewed') continue
    const { realm, user, feed } = event
    if (users.has(realm) && users.get(realm) !== user) shown.delete(realm)
    users.set(realm, user)
    if (feed.of !== undefined && feed.of !== user)
      violations.push({ promise: 'P6', text: `${realm} shows ${user} the feed of ${feed.of}` })
    const missed = [...of(realm)].find((id) => !feed.words.includes(id))
    if (missed !== undefined) {
      violations.push({ promise: 'P8', text: `${missed} vanished from the feed of ${realm}` })
      of(realm).delete(missed)
    }
    const twice = feed.words.find((id, at) => feed.words.indexOf(id) !== at)
    if (twice !== undefined && !had(...unclear))
      violations.push({ promise: 'P8', text: `${twice} is twice in the feed of ${realm}` })
  }
  return violations
}

const isDone = (status: string) => status.startsWith('delivered')

export function checkFinalFeed({ history, had, stories }: Facts): readonly Violation[] {
  // The writes of another release do not say that they touch the feed.
  if (had(...unclear, 'release')) return []
  const { views, ledger } = history.ending
  // Of an entry that came back by a redirect, or was discarded, nobody says whether it happened.
  const isUnclear = [...stories.values()].some(
    ({ effects, row, isGivenUp }) => effects.length > 0 && (row?.state === 'dead' || isGivenUp),
  )
  if (isUnclear) return []
  return views.flatMap(({ realm, user, feed }) => {
    if (user === undefined || feed === undefined) return []
    const truth = listAll(ledger, user)
    return [...truth].sort().join() === [...feed.words].sort().join()
      ? []
      : [
          {
            promise: 'P8',
            text: `the feed of ${realm} is ${feed.words.join(' ')}, and should be ${truth.join(' ')}`,
          },
        ]
  })
}

/** A realm has one request for the feed in flight at a time. */
export function checkShared({ history, had }: Facts): readonly Violation[] {
  // A request may carry the cookie of another user than the one who asks.
  if (had('switch')) return []
  const violations: Violation[] = []
  const flying = new Map<number, string>()
  for (const event of history.events) {
    if (event.kind === 'ended') flying.delete(event.number)
    if (event.kind !== 'asked' || event.what !== 'GET /feed') continue
    const who = `${event.realm} for ${event.cookie}`
    if ([...flying.values()].includes(who))
      violations.push({ promise: 'P9', text: `${who} asks for the feed twice at once` })
    flying.set(event.number, who)
  }
  return violations
}

export function checkReadsEnd({ history, eventsOf }: Facts): readonly Violation[] {
  return history.ending.views.flatMap(({ realm }) => {
    const asked = eventsOf('readAsked').filter((event) => event.realm === realm)
    const ended = eventsOf('readEnded').filter((event) => event.realm === realm)
    const open = asked.reduce((sum, { count }) => sum + count, 0) - ended.length
    return open === 0 ? [] : [{ promise: 'P14', text: `${open} reads of ${realm} never ended` }]
  })
}
