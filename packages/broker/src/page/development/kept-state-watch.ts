// For the developer. Finds state that an app kept with pending changes in it. The broker brings those back by itself, so
// each is there twice. Hashes of what a page showed are compared with the state that its next load begins with.
import { afterThisTask, sayOnce } from '../../redux/development.js'
import {
  confirmedState,
  copyState,
  hasSameFields,
  holdsView,
  isView,
  rehydrate,
  unpacked,
} from '../../redux/optimistic/persisted-state.js'

export type NextDispatch = (action: unknown) => unknown
type Slices = Readonly<Record<string, unknown>>

/** In the session storage, which a reload of the tab keeps. */
const key = 'redux-broker/pending'
/** Long enough that a burst of actions is looked at once. */
const noteMs = 100
/** Root, groups, slice, and its fields. */
const fieldLevelsMax = 5

/** `next`, watched. The store begins with the state of now. */
export function watchKeptState(next: NextDispatch, getState: () => unknown): NextDispatch {
  const shown = readHashes()
  const check = (state: unknown) => {
    const place = shown.length > 0 ? findKept(state, shown, fieldLevelsMax) : undefined
    if (place !== undefined) sayOnce(kept(place))
  }
  check(getState())
  let isPlanned = false

  return (action) => {
    const { type, payload } = action as { readonly type?: unknown; readonly payload?: unknown }
    if (type === rehydrate) check(payload)
    const result = next(action)
    if (!isPlanned)
      afterThisTask(noteMs, () => {
        isPlanned = false
        writeHashes(pendingIn(getState()))
      })
    isPlanned = true
    return result
  }
}

const kept = (place: string) =>
  `the initial state of this store has changes that still waited when it was saved ('${place}'). The broker restores ` +
  'them itself, so they are there twice. Save `confirmedState(state)` of the slice or of the root state, or the ' +
  'JSON of the whole slice. See docs/state.md.'

/** The place of a state that a page showed with pending changes in it, and that no `confirmedState` or JSON made. */
function findKept(state: unknown, shown: readonly number[], levels: number, place = ''): string | undefined {
  if (!isAnyObject(state) || isView(state) || unpacked(state) !== undefined || levels === 0) return undefined
  if (place !== '' && hashesOf([state]).some((hash) => shown.includes(hash))) return place
  if (Array.isArray(state)) return undefined
  for (const [name, inner] of Object.entries(state)) {
    const found = findKept(inner, shown, levels - 1, place === '' ? name : `${place}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Hashes of each slice with something pending, and of its fields that show it. A number or a text may be chance. */
function pendingIn(state: unknown): readonly number[] {
  if (!holdsView(state, fieldLevelsMax)) return []
  if (!isView(state)) return Object.values(state).flatMap(pendingIn)
  const packed = confirmedState(state)
  const confirmed = (unpacked(packed)?.confirmed ?? packed) as Slices
  if (hasSameFields(state, confirmed)) return []
  const changed = Object.entries(state).flatMap(([name, value]) => (value === confirmed[name] ? [] : [value]))
  return hashesOf([state, ...changed])
}

const isAnyObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** FNV-1a of the JSON of each object, without what a slice's own JSON adds. */
function hashesOf(values: readonly unknown[]): readonly number[] {
  return values.filter(isAnyObject).flatMap((state) => {
    let hash = 0x811c9dc5
    for (const letter of jsonOf(state)) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
    return hash === 0x811c9dc5 ? [] : hash
  })
}

/** Empty where it has none. */
function jsonOf(state: object): string {
  try {
    return JSON.stringify(copyState(state))
  } catch {
    return ''
  }
}

function readHashes(): readonly number[] {
  try {
    const hashes: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]')
    return Array.isArray(hashes) ? hashes : []
  } catch {
    return []
  }
}

/** A page may lack the storage, or be forbidden to use it. */
function writeHashes(hashes: readonly number[]): void {
  try {
    if (hashes.length === 0) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, JSON.stringify(hashes))
  } catch {}
}
