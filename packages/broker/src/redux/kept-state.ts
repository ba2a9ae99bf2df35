// State that an app keeps over reloads must not hold what is pending: the broker brings that back by itself.

/** What makes the confirmed state of a view. */
const confirmedBy = new WeakMap<object, () => object>()

/** The key under which a view's JSON carries its confirmed state. */
const carried = '@redux-broker'

/** Lets a view be kept: `confirmed` makes the state as if nothing were pending. */
export function keepable(view: object, confirmed: () => object): void {
  confirmedBy.set(view, confirmed)
  // JSON is how redux-persist keeps state, and how apps do it by hand.
  Object.defineProperty(view, 'toJSON', { value: () => toJson(view, confirmed()) })
}

/** A list has no room for a second state: of it only the confirmed one is kept. */
function toJson(view: object, confirmed: object): object {
  if (Array.isArray(view)) return confirmed
  return hasSameFields(view, confirmed) ? view : { ...view, [carried]: confirmed }
}

/** The state that a view's JSON carries; any other state as it is. */
export const unpacked = (state: object): object =>
  (state as { readonly [carried]?: object })[carried] ?? state

export function hasSameFields(one: object, other: object): boolean {
  const entries = Object.entries(one)
  return (
    entries.length === Object.keys(other).length &&
    entries.every(([name, value]) => (other as Record<string, unknown>)[name] === value)
  )
}

/**
 * The state without what is pending: what an app may keep over a reload. Of a slice that `broker.optimistic()` made, of
 * the root state, and of a group of slices in it. JSON needs no call: a slice's JSON carries this state along.
 */
export function confirmedState<S>(state: S): S {
  return without(state, 2) as S
}

/** Looks for views so many levels down. */
function without(state: unknown, levels: number): unknown {
  if (typeof state !== 'object' || state === null) return state
  const confirmed = confirmedBy.get(state)
  if (confirmed !== undefined) return confirmed()
  if (levels === 0 || Array.isArray(state) || Object.getPrototypeOf(state) !== Object.prototype) return state
  const entries = Object.entries(state)
  const found = entries.map(([name, value]) => [name, without(value, levels - 1)] as const)
  return found.every(([, value], i) => value === entries[i]?.[1]) ? state : Object.fromEntries(found)
}

/** redux-persist's own actions begin so: they bring and mark state that was kept. */
export const isOfPersist = ({ type }: { readonly type: unknown }): boolean =>
  typeof type === 'string' && type.startsWith('persist/')

/** The action by which redux-persist puts kept state in place of the store's. */
export const rehydrate = 'persist/REHYDRATE'

type Reduce<A> = (state: object, action: A) => object

/** Whether redux-persist's reducer made a state. */
export const isPersisted = (state: object): boolean => '_persist' in state

/** The reducer on a state of which redux-persist writes nothing down: without its mark it makes states only. */
export const unwritten =
  <A>(reducer: Reduce<A>): Reduce<A> =>
  (state, action) => {
    if (!isPersisted(state)) return reducer(state, action)
    const { _persist, ...rest } = state as { readonly _persist: unknown }
    const next = reducer(rest, action)
    return next === rest ? state : { ...next, _persist }
  }
