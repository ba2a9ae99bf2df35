// The latest attempts that did not end their entries. They stand in the row of the partition, which every page reads at
// each news: a page tells of them without reading the entries and their bodies again.
import type { LiveEntry } from './entry.js'
import { triedMax } from './limits.js'
import type { PartitionRow } from './schema.js'

/** What the last attempt of an entry came to. */
export interface Tried {
  readonly id: string
  /** How often it was sent. */
  readonly attempts: number
  /** Undefined where nothing has gone wrong since it was accepted or requeued. */
  readonly reason?: string | undefined
  readonly httpStatus?: number | undefined
  /** In epoch milliseconds. Undefined where it waits for no time: for the network, a sign-in, a person. */
  readonly nextTryAt?: number | undefined
}

export function triedOf(entry: LiveEntry): Tried {
  const { id, attempts, trouble } = entry
  const isTimed = entry.state === 'waiting' && trouble !== undefined && entry.notBefore > trouble.at
  return {
    id,
    attempts,
    reason: trouble?.reason,
    httpStatus: trouble?.httpStatus,
    nextTryAt: isTimed ? entry.notBefore : undefined,
  }
}

export function noteTried(row: PartitionRow, entry: LiveEntry): void {
  forgetTried(row, entry.id)
  row.tried = [...(row.tried ?? []), triedOf(entry)].slice(-triedMax)
}

/** It has ended, or begins anew. */
export function forgetTried(row: PartitionRow, id: string): void {
  if (row.tried !== undefined) row.tried = row.tried.filter((one) => one.id !== id)
}
