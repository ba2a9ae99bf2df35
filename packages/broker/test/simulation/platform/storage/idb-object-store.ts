// Object stores and indexes of IndexedDB.
import { SimDomException } from '../events.js'
import type { SimRequest } from './idb-request.js'
import type { SimTransaction } from './idb-transaction.js'
import { checkedKey, cloneOf, type Key, type KeyRange, keyOfRow, type Row } from './keys.js'
import { getRow, rowsIn, type Table } from './table.js'

const all: KeyRange = { lower: Number.NEGATIVE_INFINITY, upper: [[[[]]]] }

export class SimIndex {
  protected readonly transaction: SimTransaction
  protected readonly table: Table
  readonly #index: string | undefined

  constructor(transaction: SimTransaction, table: Table, index?: string) {
    this.transaction = transaction
    this.table = table
    this.#index = index
  }

  getAll(query?: unknown, limit?: number): SimRequest {
    return this.#find(query, limit, ({ stored }) => cloneOf(stored.row))
  }

  getAllKeys(query?: unknown, limit?: number): SimRequest {
    return this.#find(query, limit, ({ stored }) => stored.key)
  }

  count(query?: unknown): SimRequest {
    const range = rangeOf(query)
    return this.transaction.request(
      () => rowsIn(this.table, this.#index, range, Number.POSITIVE_INFINITY).length,
    )
  }

  /** A cursor at the first key. It cannot go on. */
  openKeyCursor(query?: unknown, direction = 'next'): SimRequest {
    const range = rangeOf(query)
    return this.transaction.request(() => {
      const found = rowsIn(
        this.table,
        this.#index,
        range,
        direction === 'next' ? 1 : Number.POSITIVE_INFINITY,
      )
      const first = direction === 'next' ? found[0] : found.at(-1)
      return first === undefined ? null : { key: first.key, primaryKey: first.stored.key }
    })
  }

  #find(
    query: unknown,
    limit: number | undefined,
    give: (found: ReturnType<typeof rowsIn>[0]) => unknown,
  ): SimRequest {
    const range = rangeOf(query)
    const max = limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit
    return this.transaction.request(() => rowsIn(this.table, this.#index, range, max).map(give))
  }
}

export class SimObjectStore extends SimIndex {
  get indexNames(): { contains(name: string): boolean } {
    return { contains: (name) => this.table.indexes.has(name) }
  }

  createIndex(name: string, columns: readonly string[]): void {
    this.table.indexes.set(name, columns)
  }

  index(name: string): SimIndex {
    if (!this.table.indexes.has(name))
      throw new SimDomException(`There is no index ${name}.`, 'NotFoundError')
    return new SimIndex(this.transaction, this.table, name)
  }

  get(key: unknown): SimRequest {
    const valid = checkedKey(key)
    return this.transaction.request(() => {
      const row = getRow(this.table, valid)
      return row === undefined ? undefined : cloneOf(row)
    })
  }

  put(value: unknown): SimRequest {
    this.#mayWrite()
    const row = cloneOf(value) as Row
    const key = checkedKey(keyOfRow(row, this.table.keyPath))
    return this.#write(key, row)
  }

  delete(key: unknown): SimRequest {
    this.#mayWrite()
    return this.#write(checkedKey(key), undefined)
  }

  #write(key: Key, row: Row | undefined): SimRequest {
    return this.transaction.request(() => {
      this.transaction.write(this.table, key, row)
      return row === undefined ? undefined : key
    })
  }

  #mayWrite(): void {
    if (this.transaction.mode === 'readonly')
      throw new SimDomException('The transaction only reads.', 'ReadOnlyError')
  }
}

function rangeOf(query: unknown): KeyRange {
  if (query === undefined || query === null) return all
  const range = query as Partial<KeyRange>
  if (range.lower !== undefined && range.upper !== undefined) return range as KeyRange
  const key = checkedKey(query)
  return { lower: key, upper: key }
}
