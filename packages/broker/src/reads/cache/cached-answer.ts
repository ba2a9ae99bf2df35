// The kept answer of one request, under its key in its user's partition.

import { readPrepareMs } from '../../core/limits.js'
import { headerOf, isCacheable, isTooOld, type StoredAnswer } from '../../core/reads/cache/cache-policy.js'
import { isAboutAnswer, refreshedBy } from '../../core/reads/cache/revalidation.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import { readKey } from '../../core/reads/read-key.js'
import type { ReadJob, ReadRequest } from '../../core/reads/read-types.js'
import { withTimeout } from '../../core/with-timeout.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import { isOwn } from '../request/read-request.js'
import type { AnsweredRead } from '../request/read-result.js'
import { type FreshnessContext, isFresh } from './freshness.js'
import { keepForUser, type UserCacheContext } from './user-cache.js'

export interface CachedAnswerContext
  extends FreshnessContext,
    Pick<ReadEngineContext, 'snapshot' | 'user' | 'restored'>,
    Pick<UserCacheContext, 'answerCache' | 'bounds'> {
  readonly principal: string
  /** By key, what is being written to the copies at this moment. */
  readonly writing: Map<string, Promise<void>>
}

export interface CachedAnswer {
  readonly request: ReadRequest
  /** Looks for a kept answer. Never rejects, and resolves soon, since a storage may hang. */
  find(): Promise<void>
  copy(): StoredAnswer | undefined
  /** The copy, where it is younger than that and nothing that touches these was written since. */
  freshCopy(freshForMs: number, tags: readonly Tag[]): StoredAnswer | undefined
  /**
   * The request as it is sent, with the ETag of the copy. A route expects JSON, and says so.
   */
  asJob(route: string | undefined): Pick<ReadJob, 'key' | 'partition' | 'request'>
  /**
   * The copy for a 304, and any other answer itself. Undefined, once, for a 304 of another copy. Then ask for the whole
   * answer.
   */
  unchanged(result: AnsweredRead): AnsweredRead | undefined
  /** Keeps an answer where it may be kept. Otherwise the kept answer goes. */
  keep(result: AnsweredRead): void
  /** Deletes the kept answer. */
  drop(): void
}

export function createCachedAnswer(context: CachedAnswerContext, request: ReadRequest): CachedAnswer {
  const { ports, user, principal, snapshot, answerCache, bounds, writing } = context
  let finding: Promise<void> | undefined
  let partition: string | undefined
  /** Where the copy lies. A header may hold a secret, so a key with headers is replaced by its hash. */
  let at: string | undefined
  let copy: StoredAnswer | undefined
  let isSecondTry = false
  // Where the rows fail the app's own word tells users apart.
  const key = () => readKey({ scope: partition ?? principal, request })

  async function find(): Promise<void> {
    partition = (await user())?.partition
    if (partition === undefined) return
    at = request.headers.length === 0 ? key() : await ports.randomSource.digest(key())
    // A reader who asks while an answer is being written finds that answer, not the one before.
    await writing.get(at)
    const found = await answerCache.find(partition, at)
    if (found !== undefined && !isTooOld(found, bounds, ports.clock.now())) copy = found
    // At a page's start urgent reads wait for unsettled writes. The other reads do not go before them.
    await context.restored()
  }

  /** Of nobody's reads nothing is kept. */
  function write(change: (partition: string, key: string) => Promise<void>): void {
    if (partition !== undefined && at !== undefined) track(writing, at, change(partition, at))
  }
  const drop = () => write(answerCache.drop)

  return {
    request,
    find: () => (finding ??= withTimeout(ports.clock, readPrepareMs, find().catch(nothing), nothing)),
    copy: () => copy,
    freshCopy: (freshForMs, tags) =>
      copy !== undefined && isFresh(context, copy, freshForMs, tags) ? copy : undefined,
    asJob(route) {
      // To another origin `If-None-Match` would take a preflight.
      const asksIfChanged = !isSecondTry && isOwn(snapshot, request.url)
      const etag = asksIfChanged ? copy && headerOf(copy.answer, 'etag') : undefined
      return { key: key(), partition, request: { ...request, headers: sentHeaders(request, route, etag) } }
    },
    unchanged(result) {
      if (result.answer.status !== 304 || headerOf(request, 'if-none-match') !== undefined) return result
      if (copy !== undefined && isAboutAnswer(result.answer, copy.answer))
        return { ...result, answer: refreshedBy(result.answer, copy.answer) }
      if (isSecondTry) return result
      // Another tab has asked, with a copy of its own.
      isSecondTry = true
      return undefined
    },
    keep({ answer, fetchedAt }) {
      if (!isCacheable(answer)) drop()
      else write((...cachedAnswer) => keepForUser(context, ...cachedAnswer, { answer, fetchedAt }))
    },
    drop,
  }
}

const nothing = () => {}

/** Keeps the last write of a key until it ends. */
function track(writing: CachedAnswerContext['writing'], key: string, write: Promise<void>): void {
  const done: Promise<void> = write.finally(() => {
    if (writing.get(key) === done) writing.delete(key)
  })
  writing.set(key, done)
}

function sentHeaders(
  request: ReadRequest,
  route: string | undefined,
  etag: string | undefined,
): ReadRequest['headers'] {
  const expectsJson = route !== undefined && headerOf(request, 'accept') === undefined
  return [
    ...request.headers,
    ...(expectsJson ? [['accept', 'application/json'] as const] : []),
    ...(etag === undefined ? [] : [['if-none-match', etag] as const]),
  ]
}
