// Keeps the answers of one user's reads. Only copies of users with a session may lie on the device.
// The rows tell all tabs whose session it is.
import { readSessions } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports/ports.js'
import type { AnswerCache } from '../../core/reads/cache/answer-cache.js'
import {
  type CacheBounds,
  isCacheable,
  isTooOld,
  type StoredAnswer,
} from '../../core/reads/cache/cache-policy.js'
import type { ReadAnswer } from '../../core/reads/read-types.js'

/** None of these rejects. */
export interface UserCache {
  find(key: string): Promise<StoredAnswer | undefined>
  /** Keeps an answer where it may be kept. Otherwise the kept answer of the same read goes. */
  keep(key: string, answer: ReadAnswer, fetchedAt: number): Promise<void>
  drop(key: string): Promise<void>
}

export interface UserCacheContext {
  readonly copies: AnswerCache
  readonly ports: Pick<Ports, 'store' | 'clock'>
  readonly partition: string
  readonly bounds: CacheBounds
}

export function createUserCache({ copies, ports, partition, bounds }: UserCacheContext): UserCache {
  const isActive = async () => (await activePartitions(ports))?.includes(partition)

  /** Undoes a write if the user left meanwhile, perhaps in another tab. A sign-out ends the session before it clears. */
  async function whileActive(write: () => Promise<void>): Promise<void> {
    if (!(await isActive())) return
    await write()
    if (!(await isActive())) await copies.clear(partition)
  }

  return {
    async find(key) {
      const copy = await copies.find(partition, key)
      return copy === undefined || isTooOld(copy, bounds, ports.clock.now()) ? undefined : copy
    },
    keep: (key, answer, fetchedAt) =>
      isCacheable(answer)
        ? whileActive(() => copies.keep(partition, key, { answer, fetchedAt }, bounds))
        : copies.drop(partition, key),
    drop: (key) => copies.drop(partition, key),
  }
}

/**
 * Deletes the answers of users without a session. Call it when a sign-in or a sign-out has been written, with the
 * partition that was `left`. Call it at a start too, since the tab that was to do it may have crashed. Never rejects.
 */
export async function clearSignedOutUsers(
  copies: AnswerCache,
  ports: UserCacheContext['ports'],
  left?: string,
): Promise<void> {
  if (left !== undefined) await copies.clear(left)
  const active = await activePartitions(ports)
  if (active !== undefined) await copies.clearOthers(active)
}

/**
 * Partitions of all sessions whose answers may be kept, except of users who gave up everything. Undefined where the
 * storage fails, which others report.
 */
async function activePartitions({
  store,
}: UserCacheContext['ports']): Promise<readonly string[] | undefined> {
  try {
    const sessions = await store.transact('readonly', 'relaxed', readSessions)
    return sessions.filter(({ principal }) => principal !== '').map(({ partition }) => partition)
  } catch {
    return undefined
  }
}
