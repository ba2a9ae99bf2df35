// A table on a disk: rows in the order of their keys.
import { compareKeys, type Key, type KeyRange, keyOfRow, type Row } from './keys.js'

export interface Table {
  readonly name: string
  readonly keyPath: readonly string[]
  readonly indexes: Map<string, readonly string[]>
  readonly rows: StoredRow[]
}

export interface StoredRow {
  readonly key: Key
  readonly row: Row
}

/** What a write replaced. */
export interface Undo {
  readonly table: Table
  readonly key: Key
  readonly before: Row | undefined
}

export const createTable = (name: string, keyPath: readonly string[]): Table => ({
  name,
  keyPath,
  indexes: new Map(),
  rows: [],
})

/** The place of a key, or of the first row after it. */
function placeOf({ rows }: Table, key: Key): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys((rows[middle] as StoredRow).key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

const isAt = ({ rows }: Table, place: number, key: Key) => {
  const found = rows[place]
  return found !== undefined && compareKeys(found.key, key) === 0
}

export function getRow(table: Table, key: Key): Row | undefined {
  const place = placeOf(table, key)
  return isAt(table, place, key) ? table.rows[place]?.row : undefined
}

/** Puts a row at its key, or removes the row there. */
export function setRow(table: Table, key: Key, row: Row | undefined): Undo {
  const place = placeOf(table, key)
  const isThere = isAt(table, place, key)
  const before = isThere ? table.rows[place]?.row : undefined
  if (row === undefined) table.rows.splice(place, isThere ? 1 : 0)
  else table.rows.splice(place, isThere ? 1 : 0, { key, row })
  return { table, key, before }
}

/** Undoes writes, the last one first. */
export function undoAll(undos: readonly Undo[]): void {
  for (let i = undos.length - 1; i >= 0; i--) {
    const { table, key, before } = undos[i] as Undo
    setRow(table, key, before)
  }
}

interface Found {
  /** In the index that was asked for. */
  readonly key: Key
  readonly stored: StoredRow
}

/** The rows of a range of an index, or of the primary key, in its order. */
export function rowsIn(
  table: Table,
  index: string | undefined,
  range: KeyRange,
  limit: number,
): readonly Found[] {
  const found: Found[] = []
  if (index === undefined) {
    for (let at = placeOf(table, range.lower); at < table.rows.length && found.length < limit; at++) {
      const stored = table.rows[at] as StoredRow
      if (compareKeys(stored.key, range.upper) > 0) break
      found.push({ key: stored.key, stored })
    }
    return found
  }
  const columns = table.indexes.get(index) ?? []
  for (const stored of table.rows) {
    const key = keyOfRow(stored.row, columns)
    if (key === undefined || compareKeys(key, range.lower) < 0 || compareKeys(key, range.upper) > 0) continue
    found.push({ key, stored })
  }
  // The sort keeps rows of the same key in the order of their primary keys.
  if (found.length > 1) found.sort((a, b) => compareKeys(a.key, b.key))
  return found.length > limit ? found.slice(0, limit) : found
}
