// The port to the cache of answers, kept apart for each user.
import type { CacheBounds, StoredAnswer } from './cache-policy.js'

/**
 * The last answers of reads, kept apart for each user. None of these rejects. Where the storage is missing or fails
 * there is no copy, and the failure is reported.
 */
export interface AnswerCache {
  find(partition: string, key: string): Promise<StoredAnswer | undefined>
  /** Replaces an earlier one. Answers over the bounds go, the oldest first. */
  keep(partition: string, key: string, copy: StoredAnswer, bounds: CacheBounds): Promise<void>
  drop(partition: string, key: string): Promise<void>
  clear(partition: string): Promise<void>
  /** Of all users but these. */
  clearOthers(partitions: readonly string[]): Promise<void>
}
