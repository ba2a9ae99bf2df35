// The feed of the app: all words of a user, as a read brings them. Every write touches it.
import type { Random } from '../platform/random.js'
import type { Acting } from './act.js'
import type { Creator, PageProduct, Word } from './app.js'
import type { Plan, Step } from './plan.js'

/** Asks for the feed, so many times at once, as many components do. */
export interface ReadStep {
  readonly kind: 'read'
  readonly tab: number
  readonly count: number
}

/** Another user signs in, and the open tabs hear of it a moment later. A tab reads meanwhile. */
export interface SwitchStep {
  readonly kind: 'switch'
  readonly tab: number
  readonly user: string
}

export interface Feed {
  readonly words: readonly string[]
  /** The user whose words they are. Undefined before the first answer. */
  readonly of: string | undefined
}

export interface ReadReceipt {
  readonly settled: Promise<{ readonly status: string }>
}

export const feedTags = ['words']

export function addReads(steps: Step[], tabs: number, endMs: number, random: Random): void {
  const count = 1 + random.below(4)
  for (let i = 0; i < count; i++)
    steps.push({
      at: random.between(0, endMs),
      kind: 'read',
      tab: random.below(tabs),
      count: random.pick([1, 1, 3, 50]),
    })
}

/** So long the open tabs do not know of a sign-in. */
const hearMs = 300

/** Only a companion can tell whose session it is. */
export function addSwitches(
  steps: Step[],
  { tabs, users, server }: Pick<Plan, 'tabs' | 'users' | 'server'>,
  endMs: number,
  random: Random,
): void {
  if (server === 'plain' || users.length < 2) return
  for (let i = random.below(4); i > 0; i--) {
    const at = random.between(0, endMs - 2 * hearMs)
    steps.push({ at, kind: 'switch', tab: random.below(tabs), user: random.pick(users) })
  }
}

export function switchUser(world: Acting, { tab, user }: SwitchStep): void {
  world.session.isOver = false
  world.device.cookie = user
  askForFeed(world, { kind: 'read', tab, count: 1 })
  world.scheduler.after(hearMs, () => {
    if (world.device.cookie === user) world.tabs.setUser(user)
  })
}

export function askForFeed({ tabs, recorder }: Acting, { tab: number, count }: ReadStep): void {
  const tab = tabs.get(number)
  tab?.realm.post(0, () => {
    if (tab.app.store.getState().session.user === undefined) return
    const realm = tab.realm.name
    recorder.note({ kind: 'readAsked', realm, count })
    for (let i = 0; i < count; i++)
      void tab.app.read()?.settled.then(({ status }) => recorder.note({ kind: 'readEnded', realm, status }))
  })
}

export const feedOptions = {
  request: () => '/feed',
  tags: feedTags,
  answer: (body: unknown) => body as Feed,
}

const nothing: Feed = { words: [], of: undefined }

interface FeedAction {
  readonly type: string
  readonly payload: unknown
  readonly meta: { readonly arg: Word; readonly uncertain?: unknown; readonly stale?: unknown }
}

/** An answer that may or may not hold a change is no truth. */
const isTruth = ({ meta }: FeedAction) => meta.uncertain === undefined && meta.stale === undefined

export function feedReducer(product: PageProduct, feed: Creator, writes: readonly Creator[]) {
  const isAnswer = product.delivered(feed)
  const isDone = product.delivered(...writes)
  const withWord = ({ words, of }: Feed, { id }: Word): Feed => ({ words: [...words, id], of })
  return (state: Feed = nothing, given: unknown): Feed => {
    const action = given as FeedAction
    if (writes.some(({ type }) => type === action.type)) return withWord(state, action.payload as Word)
    if (isDone(action)) return withWord(state, action.meta.arg)
    if (isAnswer(action)) return isTruth(action) ? (action.payload as Feed) : state
    return action.type === 'session' ? nothing : state
  }
}
