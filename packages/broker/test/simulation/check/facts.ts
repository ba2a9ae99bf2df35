// The history of each entry, gathered from the events of its world.
import type { Effect } from '../server/ledger.js'
import type { Event, FinalRow, History } from '../world/history.js'
import type { Plan } from '../world/plan.js'
import { firstRelease } from '../world/releases.js'
import { markGivenUp } from './given-up.js'

export type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>

/** One entry of a user, from the tap to the end. */
export interface Story {
  readonly id: string
  readonly tapped: EventOf<'tapped'>
  /** The place of the tap among all events. */
  readonly tappedAt: number
  acceptedAt: number | undefined
  refused: string | undefined
  readonly settled: EventOf<'settled'>[]
  readonly sends: EventOf<'sent'>[]
  readonly effects: Effect[]
  row: FinalRow | undefined
  /** A person had it sent again. */
  isRetried: boolean
  /** A person cancelled or discarded it, or may have. A command whose tab died may have done its work. */
  isGivenUp: boolean
  /** It may have been sent before it was given up. */
  isDiscarded: boolean
}

export interface Facts {
  readonly plan: Plan
  readonly history: History
  readonly stories: ReadonlyMap<string, Story>
  /** Whether a step of this kind was in the world. */
  had(...kinds: readonly string[]): boolean
  /** Whether the tab has the route by which the entry was made. */
  knows(realm: string, story: Story): boolean
  eventsOf<Kind extends Event['kind']>(kind: Kind): readonly EventOf<Kind>[]
}

export interface Violation {
  readonly promise: string
  readonly text: string
}

export function factsOf(plan: Plan, history: History): Facts {
  const stories = new Map<string, Story>()
  const { events, ending } = history
  const kinds = new Set<string>()
  for (const [at, event] of events.entries()) {
    if (event.kind === 'step') kinds.add(event.step.kind)
    if (event.kind === 'tapped') stories.set(event.id, storyOf(event, at))
    const story = 'id' in event ? stories.get(event.id) : undefined
    if (story !== undefined) tell(story, event, at)
  }
  markGivenUp(stories, events)
  for (const effect of ending.ledger) stories.get(effect.id)?.effects.push(effect)
  for (const row of ending.rows) {
    const story = stories.get(row.id)
    if (story !== undefined) story.row = row
  }
  const releases = new Map<string, number>()
  for (const event of events) if (event.kind === 'loaded') releases.set(event.realm, event.release)
  const releaseOf = (realm: string) => releases.get(realm) ?? firstRelease
  return {
    plan,
    history,
    knows: (realm, { tapped: { verb, realm: other } }) =>
      verb === 'put' || releaseOf(realm) === releaseOf(other),
    stories,
    had: (...wanted) => wanted.some((kind) => kinds.has(kind)),
    eventsOf: (kind) => events.filter((event) => event.kind === kind) as never,
  }
}

const storyOf = (tapped: EventOf<'tapped'>, tappedAt: number): Story => ({
  id: tapped.id,
  tapped,
  tappedAt,
  acceptedAt: undefined,
  refused: undefined,
  settled: [],
  sends: [],
  effects: [],
  row: undefined,
  isRetried: false,
  isGivenUp: false,
  isDiscarded: false,
})

function tell(story: Story, event: Event, at: number): void {
  if (event.kind === 'accepted') story.acceptedAt ??= at
  if (event.kind === 'notAccepted') story.refused = event.reason
  if (event.kind === 'settled') story.settled.push(event)
  if (event.kind === 'sent') story.sends.push(event)
  if (event.kind === 'resolved' && event.how === 'retry') story.isRetried = true
  if (event.kind === 'commanded' && event.name === 'retry') story.isRetried = true
}

export const wasReturned = ({ settled, row }: Story): boolean =>
  row?.state === 'dead' || settled.some(({ status }) => status === 'returned')

/** Entries that a wipe took, and no mirror was there to bring them all back. */
export function lostForGood({ plan, had, eventsOf }: Facts): ReadonlySet<string> {
  const isMirrorWhole = plan.hasMirror && !had('wipeMirror', 'abort', 'powerLoss', 'full')
  return new Set(isMirrorWhole ? [] : eventsOf('lostRows').flatMap(({ rows }) => rows))
}

/** Where the clock was set, the journal forgets before a tab that sleeps has read it. */
export const mayHaveMissed = (had: Facts['had']): boolean => had('clock') && had('throttle', 'freeze')
