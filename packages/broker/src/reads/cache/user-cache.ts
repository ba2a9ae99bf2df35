// Keeps the answers of users with a session, and of nobody else. The rows tell all tabs whose session it is.
import { readSessions } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { AnswerCache } from '../../core/reads/cache/answer-cache-port.js'
import type { CacheBounds, StoredAnswer } from '../../core/reads/cache/cache-policy.js'

export interface UserCacheContext {
  readonly answerCache: AnswerCache
  readonly ports: Pick<Ports, 'store' | 'clock'>
  readonly bounds: CacheBounds
}

/**
 * Takes the answer away again if the user left meanwhile, perhaps in another tab. A sign-out ends the session before it
 * clears. Never rejects.
 */
export async function keepForUser(
  { answerCache, ports, bounds }: UserCacheContext,
  partition: string,
  key: string,
  answer: StoredAnswer,
): Promise<void> {
  const isActive = async () => (await activePartitions(ports))?.includes(partition)
  if (!(await isActive())) return
  await answerCache.keep(partition, key, answer, bounds)
  if (!(await isActive())) await answerCache.clear(partition)
}

/**
 * Deletes the answers of users without a session. Call it when a sign-in or a sign-out has been written, with the
 * partition that was `left`. Call it at a start too, since the tab that was to do it may have crashed. Never rejects.
 */
export async function clearSignedOutUsers(
  answerCache: AnswerCache,
  ports: UserCacheContext['ports'],
  left?: string,
): Promise<void> {
  if (left !== undefined) await answerCache.clear(left)
  const active = await activePartitions(ports)
  if (active !== undefined) await answerCache.clearOthers(active)
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
