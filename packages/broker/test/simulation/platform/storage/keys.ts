// Keys of IndexedDB and their order.
import { SimDomException } from '../events.js'

export type Key = string | number | readonly Key[]
export type Row = Readonly<Record<string, unknown>>

export interface KeyRange {
  readonly lower: Key
  readonly upper: Key
}

/** The order of IndexedDB has numbers first, then strings, then arrays. */
export function compareKeys(a: Key, b: Key): number {
  const byRank = rankOf(a) - rankOf(b)
  if (byRank !== 0) return byRank
  if (!Array.isArray(a) || !Array.isArray(b)) return a < b ? -1 : a > b ? 1 : 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const byItem = compareKeys(a[i], b[i])
    if (byItem !== 0) return byItem
  }
  return a.length - b.length
}

const rankOf = (key: Key) => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2)

const isKey = (key: unknown): key is Key =>
  typeof key === 'string' ||
  (typeof key === 'number' && !Number.isNaN(key)) ||
  (Array.isArray(key) && key.every(isKey))

export function checkedKey(key: unknown): Key {
  if (isKey(key)) return key
  throw new SimDomException('The parameter is not a valid key.', 'DataError')
}

/** Undefined where the row lacks a column. */
export function keyOfRow(row: Row, columns: readonly string[]): Key | undefined {
  const key: Key[] = []
  for (const column of columns) {
    const value = row[column]
    if (!isKey(value)) return undefined
    key.push(value)
  }
  return key
}

export const SimKeyRange = {
  bound: (lower: unknown, upper: unknown): KeyRange => {
    const range = { lower: checkedKey(lower), upper: checkedKey(upper) }
    if (compareKeys(range.lower, range.upper) > 0)
      throw new SimDomException('The range is empty.', 'DataError')
    return range
  },
  only: (key: unknown): KeyRange => ({ lower: checkedKey(key), upper: checkedKey(key) }),
}

/** A structured clone of plain data. Everything stored is plain. */
export function cloneOf<T>(value: T): T {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new SimDomException('The value cannot be cloned.', 'DataCloneError')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cloneOf) as T
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value)
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value)) copy[name] = cloneOf((value as Record<string, unknown>)[name])
  return copy as T
}
