// Tells a history in plain words.
import type { Event } from '../world/history.js'
import type { Plan, Step } from '../world/plan.js'
import { firstRelease } from '../world/releases.js'
import type { Outcome } from './batch.js'

export function tell({ plan, history, violations }: Outcome): string {
  const lines = history.events.flatMap((event) => {
    const words = wordsOf(event)
    return words === undefined ? [] : [`${timeOf(event.at)}  ${words}`]
  })
  const rows = history.ending.rows.map(
    ({ id, state, reason }) => `${id} ${state}${reason ? ` (${reason})` : ''}`,
  )
  return [
    tellShape(plan),
    ...lines,
    `In the end the server has done: ${history.ending.ledger.map(({ id, user }) => `${id} of ${user}`).join(', ') || 'nothing'}.`,
    `In the end the outbox has: ${rows.join(', ') || 'nothing'}.`,
    ...violations.map(({ promise, text }) => `BROKEN ${promise}: ${text}.`),
  ].join('\n')
}

const timeOf = (ms: number) => `${(ms / 1_000).toFixed(4).padStart(12)} s`

const tellShape = ({
  tabs,
  hasWorker,
  server,
  users,
  hasMirror,
  hasNote,
  hasLocks,
  preparesHeaders,
  endMs,
}: Plan) =>
  [
    `${tabs} tab${tabs === 1 ? '' : 's'}`,
    hasWorker ? 'a worker' : 'no worker',
    server === 'plain' ? 'a plain server' : 'a server with the companion',
    `users ${users.join(' and ')}`,
    hasMirror ? 'a mirror and a note' : hasNote ? 'a note' : 'neither mirror nor note',
    hasLocks ? 'locks' : 'no locks',
    ...(preparesHeaders ? ['headers that are prepared'] : []),
    `faults stop after ${endMs / 1_000} s`,
  ].join(', ')

function wordsOf(event: Event): string | undefined {
  switch (event.kind) {
    case 'step':
      return event.step.kind === 'tap' ? undefined : `* ${stepWords(event.step)}`
    case 'started':
      return `${event.realm} starts.`
    case 'loaded':
      return event.release > firstRelease
        ? `${event.realm} has release ${event.release} of the app.`
        : undefined
    case 'died':
      return `${event.realm} is dead.`
    case 'tapped':
      return `${event.user} taps ${event.id} (${event.verb}, ${event.lane}) in ${event.realm}.`
    case 'resolved':
      return `A person decides about ${event.id}: ${event.how}.`
    case 'readAsked':
      return `${event.realm} asks for the feed${event.count > 1 ? ` ${event.count} times at once` : ''}.`
    case 'readEnded':
      return `A read of ${event.realm} ends: ${event.status}.`
    case 'feedViewed':
      return `The feed of ${event.realm} is ${event.feed.words.join(' ') || 'empty'}${event.feed.of ? '' : ', without an answer'}.`
    case 'server':
      return event.isThere ? 'The server is there again.' : 'The server dies.'
    case 'commanded':
      return `${event.user} gives the command ${event.name} ${event.id} in ${event.realm}.`
    case 'obeyed':
      return `${event.realm} says of ${event.name} ${event.id}: ${event.said}.`
    case 'signedIn':
      return `${event.user ?? 'Nobody'} is signed in from here on.`
    case 'toldToWait':
      return `The answer to request ${event.number} asks for ${event.ms / 1_000} s.`
    case 'threw':
      return `The tap of ${event.id} threw ${event.error}.`
    case 'accepted':
      return `${event.id} is accepted.`
    case 'notAccepted':
      return `${event.id} is not accepted: ${event.reason}.`
    case 'settled':
      return `${event.realm} hears that ${event.id} was ${event.status}${event.reason ? ` (${event.reason})` : ''}.`
    case 'sent':
      return `${event.realm} sends ${event.id} as request ${event.number} for ${event.principal}, with the cookie of ${event.cookie ?? 'nobody'}${fateWords(event.fate)}.`
    case 'asked':
      return `${event.realm} asks ${event.what} as request ${event.number}${fateWords(event.fate)}.`
    case 'ended':
      return `Request ${event.number} has ended for ${event.realm}.`
    case 'handled':
      return `The server answers ${event.status} to ${event.id}${event.isDouble ? ', which came twice' : ''}.`
    case 'viewed':
      return `${event.realm} shows ${viewWords(event.lists)}.`
    case 'lossTold':
      return `${event.realm} tells of a loss: up to ${event.upTo} are gone, ${event.restored} came back.`
    case 'reported':
      return `${event.realm} reports: ${event.error}`
    case 'lostRows':
      return `The database loses ${event.rows.join(', ') || 'no entry'}.`
  }
}

const fateWords = (fate: string) => (fate === 'ok' ? '' : `, and its fate is ${fate}`)

function viewWords(lists: object): string {
  const lanes = Object.entries(lists).filter(([, ids]) => Array.isArray(ids))
  return lanes.map(([lane, ids]) => `${lane}: ${(ids as string[]).join(' ') || '–'}`).join('; ') || 'nothing'
}

function stepWords({ at: _at, near: _near, kind, ...more }: Step): string {
  const details = Object.entries(more).map(([name, value]) => `${name} ${String(value)}`)
  return details.length === 0 ? kind : `${kind} (${details.join(', ')})`
}
