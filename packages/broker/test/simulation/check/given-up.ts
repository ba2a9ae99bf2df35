// The entries that persons gave up by a command, or may have given up.
import type { Event } from '../world/history.js'
import type { EventOf, Story } from './facts.js'

/** One command, with the place of its end among all events. */
export interface Given {
  readonly command: EventOf<'commanded'>
  readonly at: number
  /** The place where its promise ended, or its tab died. */
  readonly until: number
  /** Undefined where nobody heard its end. */
  readonly said: string | undefined
}

export function givenCommands(events: readonly Event[]): readonly Given[] {
  return events.flatMap((command, at) => {
    if (command.kind !== 'commanded') return []
    const until = events.findIndex((event, place) => place > at && isEnd(command, event))
    const end = events[until]
    const said = end?.kind === 'obeyed' && end.said !== 'failed' ? end.said : undefined
    return [{ command, at, until: until < 0 ? events.length : until, said }]
  })
}

function isEnd({ name, id, realm }: EventOf<'commanded'>, event: Event): boolean {
  if (event.kind === 'died') return event.realm === realm
  return event.kind === 'obeyed' && event.name === name && event.id === id && event.realm === realm
}

const refusals = new Set<string | undefined>(['tooLate', 'notFound'])

/** A command that nobody answered may have done its work. */
export function markGivenUp(stories: ReadonlyMap<string, Story>, events: readonly Event[]): void {
  for (const { command, until, said } of givenCommands(events)) {
    const { name, id, user } = command
    if (refusals.has(said)) continue
    const given = [...stories.values()].filter((story) =>
      name === 'discardAll'
        ? story.tapped.user === user && story.tappedAt < until
        : story.id === id && (name === 'cancel' || name === 'discard'),
    )
    for (const story of given) {
      story.isGivenUp = true
      story.isDiscarded ||= name !== 'cancel'
    }
  }
}
