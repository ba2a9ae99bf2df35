// The layers that a slice's view is made of. They hang on the state object itself, invisibly. So the reducer stays pure,
// also with two stores, time travel and preloaded state.
import type { Action, Reducer } from 'redux'
import { isDevelopment } from '../development.js'
import { checkThrown } from '../empty-answer.js'
import { type GrowingList, growingList, itemsOf, lastOf, withAdded } from '../growing-list.js'
import type { MissingCaseWatch } from './missing-case-watch.js'
import {
  copyState,
  hasSameFields,
  isPersisted,
  type JournalPositions,
  keepable,
  unwritten,
} from './persisted-state.js'
import { type Apply, type Logged, replayLog, settleEntries } from './rebase.js'

/** immer's `produce`, which RTK exports as `createNextState`. */
export type Produce = <S>(base: S, recipe: (draft: S) => void) => S

// biome-ignore lint/suspicious/noExplicitAny: any other constraint makes configureStore infer `unknown`
export type AnyReducer = Reducer<any, any, any>

export interface SliceLayers {
  readonly confirmed: object
  readonly log: GrowingList<Logged<Action>>
  /** The view has the content of the confirmed state: no action of the log has changed it. */
  readonly isUnchanged: boolean
  /** Up to this moment the confirmed state holds the outcomes from before this page began. */
  readonly readAt: number
  /** How far the confirmed state holds what happened, where that is known. */
  readonly told?: JournalPositions | undefined
  /** More outcomes of this frame are to come: the view is still that before the first of them. */
  readonly stale?: boolean
}

export const neverSeen: number = Number.NEGATIVE_INFINITY

/** The layers of each state. All reducers share it, so that a reducer that replaces another finds the layers. */
const hidden = new WeakMap<object, SliceLayers>()

/** The state below the newest entry, by the state that shows that entry. It spares a replay when the entry is refused. */
const before = new WeakMap<object, object>()

/** The layers of a state in which nothing pends. */
export const nothingOn = (confirmed: object): SliceLayers => ({
  confirmed,
  log: growingList([]),
  isUnchanged: true,
  readAt: neverSeen,
})

export interface LayersContext {
  /** For the developer. */
  readonly watch?: MissingCaseWatch | undefined
  readonly produce: Produce | undefined
  report(error: unknown): void
}

/** Gives states their layers, and applies actions to them. */
export interface Layering {
  readonly apply: Apply<object, Action>
  /** On a view, of which nothing is written down. */
  readonly applyOnTop: Apply<object, Action>
  of(state: object): SliceLayers | undefined
  /** Whether a state is a copy of the last view in which something is pending. */
  isCopy(state: object): boolean
  /** Those of the last view in which something is pending. */
  latest(): SliceLayers | undefined
  keep(layers: SliceLayers, view: object): object
  /** The actions go on top of a view. Nothing that is in its log is replayed. */
  push(layers: SliceLayers, view: object, added: readonly Logged<Action>[]): object
  /** The state before this entry was shown. Undefined unless it is the newest entry and nothing followed it. */
  undone(state: object, entryId: string): { readonly state: object; readonly layers: SliceLayers } | undefined
  /** The view that the layers make. */
  rebased(layers: SliceLayers): object
  /** The layers once these entries have ended. */
  settled(layers: SliceLayers, ended: ReadonlySet<string>): SliceLayers
  /** The layers as if nothing were pending. */
  withoutPending(layers: SliceLayers): SliceLayers
}

const settlingWith =
  (apply: Layering['apply']): Layering['settled'] =>
  (layers, ended) => {
    const { confirmed, log } = layers
    const after = settleEntries({ confirmed, log: itemsOf(log) }, ended, apply)
    const isSame = after.confirmed === confirmed && after.log.length === log.length
    return isSame ? layers : { ...layers, ...after, log: growingList(after.log) }
  }

export function createLayering(reducer: AnyReducer, { produce, report }: LayersContext): Layering {
  const { apply, applyOnTop, replay } = replaying(reducer, produce, report)
  let latest: object | undefined
  let latestLayers: SliceLayers | undefined

  const settled = settlingWith(apply)
  const withoutPending = (layers: SliceLayers): SliceLayers =>
    settled(layers, new Set(itemsOf(layers.log).flatMap(({ entryId }) => entryId ?? [])))

  function remember(state: object, layers: SliceLayers): void {
    latest = layers.log.length > 0 ? state : undefined
    latestLayers = latest && layers
  }

  function keep(layers: SliceLayers, view: object): object {
    const state = withLayers(layers, view)
    remember(state, layers)
    if (state !== view && hidden.has(state)) keepable(state, () => withoutPending(layers))
    // redux-persist writes down the last state that its reducer made.
    if (latest && isPersisted(layers.confirmed)) withoutPending(layers)
    return state
  }

  function push(layers: SliceLayers, below: object, added: readonly Logged<Action>[]): object {
    const view = replay(below, added)
    const log = withAdded(layers.log, ...added)
    const state = keep({ ...layers, log, isUnchanged: layers.isUnchanged && view === below }, view)
    // No more than one of a store is remembered.
    before.delete(below)
    if (added.length === 1) before.set(state, below)
    return state
  }

  function rebased(layers: SliceLayers): object {
    const view = replay(layers.confirmed, itemsOf(layers.log))
    return keep({ ...layers, stale: false, isUnchanged: view === layers.confirmed }, view)
  }

  return {
    apply,
    applyOnTop,
    push,
    undone(state, entryId) {
      const below = before.get(state)
      if (below === undefined || newestOf(hidden.get(state))?.entryId !== entryId) return undefined
      const layers = hidden.get(below) ?? nothingOn(below)
      remember(below, layers)
      return { state: below, layers }
    },
    // Most actions come to the last view, and a `WeakMap` is slow to ask.
    of: (state) => (state === latest ? latestLayers : hidden.get(state)),
    isCopy: (state) => latest !== undefined && hasSameFields(latest, state),
    latest: () => latestLayers,
    keep,
    rebased,
    settled,
    withoutPending,
  }
}

/**
 * Gives the view its layers. They hang on a copy, always. The object itself may be another state, of this store or of
 * another one, with layers of its own or none.
 */
function withLayers(layers: SliceLayers, view: object): object {
  if (layers.log.length > 0) {
    const state = copyState(view)
    hidden.set(state, layers)
    return state
  }
  const { readAt, told } = layers
  const known = hidden.get(view) ?? nothingKnown
  if (known.log.length === 0 && known.readAt === readAt && known.told === told) return view
  const state = copyState(view)
  if (readAt !== neverSeen || told !== undefined) hidden.set(state, { ...nothingOn(state), readAt, told })
  return state
}

const nothingKnown: Pick<SliceLayers, 'log' | 'readAt' | 'told'> = nothingOn({})

const newestOf = (layers: SliceLayers | undefined) => layers && lastOf(layers.log)

/** How actions are applied again: one that throws is skipped and reported, once. */
function replaying(reducer: AnyReducer, produce: Produce | undefined, report: (error: unknown) => void) {
  const reported = new WeakSet<object>()
  const safely =
    (reduce: Apply<object, Action>): Apply<object, Action> =>
    (state, action) => {
      try {
        return reduce(state, action)
      } catch (error) {
        if (!reported.has(action)) report(error)
        if (isDevelopment) checkThrown(action)
        reported.add(action)
        return state
      }
    }
  const apply = safely(reducer)
  const applyOnTop = safely(unwritten(reducer))

  /** All in one draft where that works: one copy of what changes instead of one for each action. */
  const replay = unwritten<readonly Logged<Action>[]>((confirmed, log) => {
    if (produce === undefined || log.length < 2) return replayLog({ confirmed, log }, apply)
    try {
      return produce(confirmed, (draft) => {
        for (const { action } of log) if (reducer(draft, action) !== draft) throw notInOneDraft
      })
    } catch {
      return replayLog({ confirmed, log }, apply)
    }
  })
  return { apply, applyOnTop, replay }
}

/** A reducer that makes a new state instead of changing its draft, or throws half-way, is replayed step by step. */
const notInOneDraft = new Error('not in one draft')
