// The order of the transactions of a database. A transaction that writes has its tables to itself. Readers share.
import type { StoredDatabase } from './disk.js'

export interface DiskTransaction {
  readonly mode: 'readonly' | 'readwrite' | 'versionchange'
  readonly tables: readonly string[]
  isStarted: boolean
  isOver: boolean
  start(): void
}

export function enqueue(database: StoredDatabase, transaction: DiskTransaction): void {
  database.queue.push(transaction)
  startAll(database)
}

export function leaveQueue(database: StoredDatabase, transaction: DiskTransaction): void {
  const at = database.queue.indexOf(transaction)
  if (at < 0) return
  database.queue.splice(at, 1)
  startAll(database)
}

function startAll({ queue }: StoredDatabase): void {
  for (const [at, transaction] of queue.entries()) {
    if (transaction.isStarted) continue
    const before = queue.slice(0, at)
    if (before.some((other) => conflicts(other, transaction))) continue
    transaction.isStarted = true
    transaction.start()
  }
}

const conflicts = (one: DiskTransaction, other: DiskTransaction) =>
  (one.mode !== 'readonly' || other.mode !== 'readonly') &&
  one.tables.some((table) => other.tables.includes(table))
