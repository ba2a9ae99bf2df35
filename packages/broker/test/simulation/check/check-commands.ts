// A command keeps its word: an entry that was cancelled never has an effect, and one that was discarded is gone.
import type { Effect } from '../server/ledger.js'
import type { Facts, Violation } from './facts.js'
import { givenCommands } from './given-up.js'

export function checkCancelled({ stories, history, had }: Facts): readonly Violation[] {
  if (had('wipe')) return []
  return givenCommands(history.events).flatMap(({ command, said }) => {
    const story = stories.get(command.id)
    // A receipt says `cancelled` too where its entry was discarded, which may have been sent.
    if (said !== 'cancelled' || story === undefined || story.isDiscarded) return []
    return story.effects.length === 0
      ? []
      : [{ promise: 'P2', text: `${story.id} was told cancelled, and had its effect` }]
  })
}

/** In this time a request leaves that was about to leave as its entry was given up. */
const leavingMs = 3_000

export function checkDiscarded({ stories, history, had }: Facts): readonly Violation[] {
  if (had('wipe', 'freeze', 'throttle', 'abort', 'full')) return []
  const { events, ending } = history
  const all = [...stories.values()]
  return givenCommands(events).flatMap(({ command, at, until, said }) => {
    if (said === undefined || said === 'notFound') return []
    const { name, id, user, realm } = command
    const gone = all.filter(({ id: own, tapped, tappedAt, acceptedAt = Number.POSITIVE_INFINITY }) =>
      name === 'discard'
        ? own === id
        : name === 'discardAll' &&
          tapped.user === user &&
          (tapped.realm === realm ? tappedAt : acceptedAt) < at,
    )
    const endedAt = events[until]?.at ?? 0
    return gone.flatMap(({ id, row, sends, effects }) => {
      if (row !== undefined)
        return [{ promise: 'P8', text: `${id} was discarded, and still is ${row.state}` }]
      if (sends.some(({ at }) => at > endedAt + leavingMs))
        return [{ promise: 'P2', text: `${id} was sent after it had been discarded` }]
      const shown = isDone(effects) ? [] : ending.views.filter(({ lists }) => shows(lists, id))
      return shown.map(({ realm }) => ({ promise: 'P8', text: `${id} was discarded, and ${realm} shows it` }))
    })
  })
}

const isDone = (effects: readonly Effect[]) => effects.length > 0

const shows = (lists: object, id: string) =>
  Object.values(lists).some((ids) => Array.isArray(ids) && ids.includes(id))
