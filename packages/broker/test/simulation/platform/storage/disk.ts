// A place for databases on a disk. It knows which commits have reached the disk, and which a power loss takes back.
import type { Random } from '../random.js'
import type { Row } from './keys.js'
import { createTable, type Table, type Undo, undoAll } from './table.js'
import type { DiskTransaction } from './transaction-queue.js'

export interface StoredDatabase {
  readonly name: string
  version: number
  readonly tables: Map<string, Table>
  /** Transactions in the order of their creation, from the first that is not over. */
  readonly queue: DiskTransaction[]
  readonly connections: Set<Connection>
}

/** An open connection of a realm, as the disk sees it. */
export interface Connection {
  /** The disk has closed it. */
  lost(): void
  versionChange(): void
}

/** How the next transactions that write end, where they do not end well. */
export type CommitFault = 'aborts' | 'lostUnkept' | 'lostKept'

export interface Disk {
  readonly random: Random
  readonly databases: Map<string, StoredDatabase>
  /** Undone at a power loss, as far as they have not been flushed. */
  committed(undos: readonly Undo[], isFlushed: boolean): void
  /** The last commits that were not flushed are gone, all or some of them. Gives their number. */
  losePower(): number
  /** The databases are gone, and who has one open hears of it. Gives the number of lost rows. */
  wipe(): number
  faultsToCome: CommitFault[]
  /** Rows that still fit; undefined while there is room. */
  room: number | undefined
}

/** The reserve of the broker is as large as so many rows. */
const reserveRows = 40

export function createDisk(random: Random): Disk {
  let unflushed: (readonly Undo[])[] = []
  const disk: Disk = {
    random,
    databases: new Map(),
    faultsToCome: [],
    room: undefined,
    committed(undos, isFlushed) {
      if (isFlushed) unflushed = []
      else if (undos.length > 0) unflushed.push(undos)
    },
    losePower() {
      const lost = random.below(unflushed.length + 1)
      for (let i = 0; i < lost; i++) undoAll(unflushed.pop() ?? [])
      unflushed = []
      return lost
    },
    wipe() {
      let rows = 0
      for (const database of disk.databases.values()) {
        for (const table of database.tables.values()) rows += table.rows.length
        for (const connection of [...database.connections]) connection.lost()
        database.connections.clear()
      }
      disk.databases.clear()
      unflushed = []
      return rows
    },
  }
  return disk
}

export const createDatabase = (name: string): StoredDatabase => ({
  name,
  version: 0,
  tables: new Map(),
  queue: [],
  connections: new Set(),
})

export function addTable(database: StoredDatabase, name: string, keyPath: readonly string[]): Table {
  const table = createTable(name, keyPath)
  database.tables.set(name, table)
  return table
}

/** Whether the writes of a transaction fit. Takes their room where they do. */
export function takeRoom(disk: Disk, undos: readonly Undo[], isReserve: (row: Row) => boolean): boolean {
  if (disk.room === undefined) return true
  let rows = 0
  let freed = 0
  for (const { table, key, before } of undos) {
    const now = table.rows.find((stored) => stored.key === key)?.row
    if (now !== undefined) rows += isReserve(now) ? reserveRows : 1
    else if (before !== undefined) freed += isReserve(before) ? reserveRows : 0
  }
  if (rows > disk.room + freed) return false
  disk.room += freed - rows
  return true
}
