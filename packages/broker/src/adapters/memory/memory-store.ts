// The store in memory, with IndexedDB's key order and its all-or-nothing transactions, one after the other.
import { listMax } from '../../core/limits.js'
import type { Rows, StoreName } from '../../core/rows/rows.js'
import { schema } from '../../core/rows/schema.js'
import type { Key, Span, Store, StoreTransaction } from '../../core/rows/store-port.js'

type MemoryRow = Readonly<Record<string, unknown>>
type Tables = Readonly<Record<StoreName, Map<string, MemoryRow>>>

/** Every row is copied on its way in and out, as IndexedDB does. Nobody shares an object with the store. */
export function memoryStore(): Store {
  let tables = emptyTables()
  let tail: Promise<unknown> = Promise.resolve()
  return {
    close() {},
    transact(mode, _durability, work) {
      const run = tail.then(async () => {
        const draft = copyTables(tables)
        const result = await work(mode === 'readwrite' ? overTables(draft) : readOnly(overTables(draft)))
        tables = draft
        return result
      })
      tail = run.catch(() => {})
      return run
    },
  }
}

const memoryStoreNames = Object.keys(schema) as StoreName[]
const tablesOf = (table: (name: StoreName) => Map<string, MemoryRow>) =>
  Object.fromEntries(memoryStoreNames.map((name) => [name, table(name)])) as unknown as Tables
const emptyTables = () => tablesOf(() => new Map())
const copyTables = (tables: Tables) => tablesOf((name) => new Map(tables[name]))

function overTables(tables: Tables): StoreTransaction {
  return {
    get: async (store, key) =>
      copyRow(tables[store].get(JSON.stringify(key))) as Rows[typeof store] | undefined,
    list: async (span, limit) => {
      if (limit > listMax)
        throw new TypeError(`list() got a limit of ${limit} rows, expected at most ${listMax}.`)
      return rowsWithin(tables, span)
        .slice(0, limit)
        .map(({ row }) => copyRow(row)) as never
    },
    keys: async (span) =>
      rowsWithin(tables, span).map(({ row }) => keyOfRow(row, schema[span.store].keyPath)),
    firstKey: async (span) => rowsWithin(tables, span)[0]?.key,
    lastKey: async (span) => rowsWithin(tables, span).at(-1)?.key,
    put: (store, row) =>
      void tables[store].set(
        JSON.stringify(keyOfRow(row as never, schema[store].keyPath)),
        copyRow(row as never),
      ),
    delete: (store, key) => void tables[store].delete(JSON.stringify(key)),
  }
}

const readOnly = (tx: StoreTransaction): StoreTransaction => ({
  ...tx,
  put: refuseWrite,
  delete: refuseWrite,
})
const refuseWrite = () => {
  throw new Error('redux-broker has a bug: it writes in a readonly transaction.')
}

const copyRow = <T>(row: T): T => structuredClone(row)

/** The rows of a span with their keys in its index, in order. A row that lacks a column of the index is not in it. */
function rowsWithin(tables: Tables, span: Span): { readonly key: Key; readonly row: MemoryRow }[] {
  const columns = columnsOf(span)
  if (![span.from, span.to].every(isKey) || compareKeys(span.from, span.to) > 0)
    throw new DOMException('A span has keys only, and ends after its beginning.', 'DataError')
  return [...tables[span.store].values()]
    .map((row) => ({ key: keyOfRow(row, columns), row }))
    .filter(({ key }) => key.every(isKey))
    .filter(({ key }) => compareKeys(span.from, key) <= 0 && compareKeys(key, span.to) <= 0)
    .sort(
      (a, b) =>
        compareKeys(a.key, b.key) ||
        compareKeys(keyOfRow(a.row, schema[span.store].keyPath), keyOfRow(b.row, schema[span.store].keyPath)),
    )
}

function columnsOf({ store, index }: Span): readonly string[] {
  const { keyPath, indexes } = schema[store]
  return index === undefined ? keyPath : ((indexes as Record<string, readonly string[]>)[index] ?? keyPath)
}

const keyOfRow = (row: MemoryRow, columns: readonly string[]) => columns.map((column) => row[column] as Key)

/** Whether IndexedDB takes the value as a column of an index. */
const isKey = (key: unknown): key is Key =>
  typeof key === 'string' ||
  (typeof key === 'number' && !Number.isNaN(key)) ||
  (Array.isArray(key) && key.every(isKey))

/** The order of IndexedDB has numbers first, then strings, then arrays. */
export function compareKeys(a: Key, b: Key): number {
  const byRank = typeRank(a) - typeRank(b)
  if (byRank !== 0) return byRank
  if (!Array.isArray(a) || !Array.isArray(b)) return a < b ? -1 : a > b ? 1 : 0
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const byItem = compareKeys(a[i], b[i])
    if (byItem !== 0) return byItem
  }
  return a.length - b.length
}

const typeRank = (key: Key) => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2)
