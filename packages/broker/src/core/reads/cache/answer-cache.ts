// The port to the cache of answers, kept apart for each user.
import type { CacheBounds, StoredAnswer } from './cache-policy.js'

/**
 * The last answers of reads, kept apart for each user. None of these rejects: where the storage is missing or fails
 * there is no copy, and the failure is reported.
 */
export interface AnswerCache {
  find(partition: string, key: string): Promise<StoredAnswer | undefined>
  /** In place of an earlier one; what is over the bounds goes, the oldest first. */
  keep(partition: string, key: string, copy: StoredAnswer, bounds: CacheBounds): Promise<void>
  drop(partition: string, key: string): Promise<void>
  clear(partition: string): Promise<void>
  /** Of all users but these. */
  clearOthers(partitions: readonly string[]): Promise<void>
}
