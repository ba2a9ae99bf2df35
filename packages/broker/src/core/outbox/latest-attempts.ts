// The latest attempts that did not end their entries. They stand in the row of the partition, which every page reads at
// each change. A page tells of them without reading the entries and their bodies again.

import { triedMax } from '../limits.js'
import type { LiveEntry } from '../rows/entry.js'
import type { LatestAttempt, PartitionRow } from '../rows/rows.js'

export function latestAttemptOf(entry: LiveEntry): LatestAttempt {
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

export function noteAttempt(row: PartitionRow, entry: LiveEntry): void {
  forgetAttempt(row, entry.id)
  row.tried = [...(row.tried ?? []), latestAttemptOf(entry)].slice(-triedMax)
}

/** It has ended, or begins anew. */
export function forgetAttempt(row: PartitionRow, id: string): void {
  if (row.tried !== undefined) row.tried = row.tried.filter((one) => one.id !== id)
}
