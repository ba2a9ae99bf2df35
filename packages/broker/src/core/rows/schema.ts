// The stores, their keys and indexes, as plain data. Every adapter builds the same tables from it.
// The partition is the first column of every key of a user's rows, so one user's rows are never met in another's span.
import type { StoreName } from './rows.js'

/**
 * Raise it with every new store or index below. An older database is given what it lacks, and keeps its rows. A change
 * inside a row raises `entryVersion` instead, and is read in both forms. Each release keeps a database of its own for
 * the tests: `node e2e/fixtures/storage/write-database.js 0.2.0`.
 */
export const schemaVersion: number = 3

/** The indexes of each store; a row that lacks one of an index's columns, or has it undefined, is not in it. */
interface Indexes {
  entries: 'due' | 'lane' | 'unsure' | 'id'
  deadLetters: 'id' | 'blocked'
  journal: never
  partitions: never
  origins: never
  settings: never
}

export type IndexName<S extends StoreName> = Indexes[S]

type Schema = {
  readonly [S in StoreName]: {
    readonly keyPath: readonly string[]
    readonly indexes: Readonly<Record<Indexes[S], readonly string[]>>
  }
}

export const schema: Schema = {
  entries: {
    keyPath: ['partition', 'seq'],
    indexes: {
      due: ['partition', 'channel', 'dueAt'],
      lane: ['partition', 'lane', 'seq'],
      unsure: ['partition', 'unsure'],
      id: ['partition', 'id'],
    },
  },
  deadLetters: {
    keyPath: ['partition', 'seq'],
    indexes: { id: ['partition', 'id'], blocked: ['partition', 'lane', 'onReturned'] },
  },
  journal: { keyPath: ['partition', 'number'], indexes: {} },
  partitions: { keyPath: ['partition'], indexes: {} },
  origins: { keyPath: ['origin'], indexes: {} },
  settings: { keyPath: ['name'], indexes: {} },
}

/** Users of one device. This is no limit, only a number. */
export const partitionsMax = 10_000
