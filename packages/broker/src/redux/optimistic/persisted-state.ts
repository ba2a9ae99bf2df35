// State that an app keeps over reloads must not hold pending changes: the broker brings those back by itself. It says
// how far it holds what happened, so that nothing is told to it twice.
import { isBrokerState } from '../broker-reducer.js'

/** How far a state holds what happened: for each outbox the number of the last outcome in its journal. */
export type JournalPositions = Readonly<Record<string, number>>

/** The state as if nothing were pending, and how far it holds what happened. */
export interface PersistedParts {
  readonly confirmed: object
  readonly told?: JournalPositions | undefined
}

/** For each view, the state that may be kept of it. */
const persistedParts = new WeakMap<object, () => PersistedParts>()

/** The key under which a view's JSON carries its confirmed state. */
const carried = '@redux-broker'
/** The key under which kept state says how far it holds what happened. */
const toldKey = '@redux-broker/told'

/** Whether `broker.optimistic()` made a state, in a store that a broker serves. */
export const isView = (state: object): boolean => persistedParts.has(state)

/** Lets a view be kept. */
export function keepable(view: object, kept: () => PersistedParts): void {
  persistedParts.set(view, kept)
  withJson(view, () => stateToJson(view, kept()))
}

/** JSON is how redux-persist keeps state, and how apps do it by hand. */
const withJson = (state: object, toJSON: () => object): object =>
  Object.defineProperty(state, 'toJSON', { value: toJSON })

/** The JSON of a list has no room for more, so an object takes its place. */
function stateToJson(view: object, { confirmed, told }: PersistedParts): object {
  const mark = told && { [toldKey]: told }
  if (Array.isArray(view)) return told ? { [carried]: copyState(confirmed), ...mark } : copyState(confirmed)
  return { ...view, ...(!hasSameFields(view, confirmed) && { [carried]: copyState(confirmed) }), ...mark }
}

/** A state in the form of which nothing is lost by JSON, by `structuredClone` and in IndexedDB. */
function packed({ confirmed, told }: PersistedParts): object {
  if (told === undefined) return confirmed
  const state = Object.assign(copyState(confirmed), { [toldKey]: told })
  return Array.isArray(state) ? withJson(state, () => stateToJson(state, { confirmed, told })) : state
}

/** The content of kept state; undefined where it is none. */
export function unpacked(state: object): PersistedParts | undefined {
  if (!(carried in state || toldKey in state)) return undefined
  const { [carried]: confirmed, [toldKey]: told, ...rest } = state as Partial<Record<string, object>>
  return {
    confirmed: confirmed ?? (Array.isArray(state) ? [...state] : rest),
    told: told as JournalPositions | undefined,
  }
}

export const copyState = (state: object): object => (Array.isArray(state) ? [...state] : { ...state })

export function hasSameFields(one: object, other: object): boolean {
  const entries = Object.entries(one)
  return (
    entries.length === Object.keys(other).length &&
    entries.every(([name, value]) => (other as Record<string, unknown>)[name] === value)
  )
}

/**
 * The state without pending changes, which an app may keep over a reload. Takes a slice that `broker.optimistic()` made,
 * the root state, or a group of slices in it. The result says how far it holds what happened. JSON needs no call: a
 * slice's JSON carries this state along.
 */
export function confirmedState<S>(state: S): S {
  return withoutPending(state, groupsMax + 1) as S
}

function withoutPending(state: unknown, levels: number): unknown {
  if (!holdsView(state, levels)) return state
  const kept = persistedParts.get(state)
  if (kept !== undefined) return packed(kept())
  const entries = Object.entries(state)
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutPending(inner, levels - 1)]))
}

/** So many groups may lie around a slice, below the root. */
const groupsMax = 3

/** States that hold no view, and how many levels of them were searched. A view is there from the start, or never. */
const searched = new WeakMap<object, number>()

/** Whether a state is a view, or a group with one in it, at most so many levels down. */
export function holdsView(state: unknown, levels: number = groupsMax): state is object {
  if (typeof state !== 'object' || state === null) return false
  if (isView(state)) return true
  if (levels === 0 || isBrokerState(state) || Object.getPrototypeOf(state) !== Object.prototype) return false
  if ((searched.get(state) ?? 0) >= levels) return false
  for (const name in state) if (holdsView((state as Record<string, unknown>)[name], levels - 1)) return true
  // No more than the uppermost are remembered: each of many entities would cost more than it spares.
  if (levels > 2) searched.set(state, levels)
  return false
}

/** redux-persist's own actions begin so: they bring and mark state that was kept. */
export const isOfPersist = ({ type }: { readonly type: unknown }): boolean =>
  typeof type === 'string' && type.startsWith('persist/')

/** The action by which redux-persist puts kept state in place of the store's. */
export const rehydrate = 'persist/REHYDRATE'

type Reduce<A> = (state: object, action: A) => object

/** Whether redux-persist's reducer made a state. */
export const isPersisted = (state: object): state is Persisted => '_persist' in state

interface Persisted {
  readonly _persist: { readonly rehydrated?: boolean; readonly [toldKey]?: JournalPositions }
}

/** redux-persist writes its mark down with each state: there is room for more in it. */
export const withTold = (state: object, told: JournalPositions | undefined): object =>
  told && isPersisted(state) && state._persist[toldKey] !== told
    ? { ...state, _persist: { ...state._persist, [toldKey]: told } }
    : state

/** How far the state that redux-persist brings holds what happened. */
export function rehydratedTold(action: object): JournalPositions | undefined {
  const { type, payload } = action as { readonly type?: unknown; readonly payload?: object }
  return type === rehydrate && payload && isPersisted(payload) ? payload._persist[toldKey] : undefined
}

export const isRehydrated = (state: object): boolean =>
  isPersisted(state) && state._persist.rehydrated === true

/** The reducer on a state of which redux-persist writes nothing down: without its mark it makes states only. */
export const unwritten =
  <A>(reducer: Reduce<A>): Reduce<A> =>
  (state, action) => {
    if (!isPersisted(state)) return reducer(state, action)
    const { _persist, ...rest } = state as { readonly _persist: unknown }
    const next = reducer(rest, action)
    return next === rest ? state : { ...next, _persist }
  }
