// Where a request's answers lie: under its key, in its user's partition.

import { readPrepareMs } from '../../core/limits.js'
import type { AnswerCache } from '../../core/reads/cache/answer-cache.js'
import { headerOf, type StoredAnswer } from '../../core/reads/cache/cache-policy.js'
import { isAboutAnswer, refreshedBy } from '../../core/reads/cache/revalidation.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import { touchedTags } from '../../core/reads/consistency/write-overlap.js'
import { readKey } from '../../core/reads/read-key.js'
import type { ReadJob, ReadRequest } from '../../core/reads/read-types.js'
import { withTimeout } from '../../core/with-timeout.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import type { WriteTags } from '../consistency/write-tags.js'
import { isOwn } from '../request/read-request.js'
import type { AnsweredRead } from '../request/read-result.js'
import { createUserCache, type UserCache, type UserCacheContext } from './user-cache.js'

export interface CachedAnswerContext
  extends Pick<ReadEngineContext, 'ports' | 'snapshot' | 'user' | 'view' | 'restored'> {
  readonly copies: AnswerCache
  readonly bounds: UserCacheContext['bounds']
  readonly written: WriteTags
  readonly principal: string
  /** By key, what is being written to the copies at this moment. */
  readonly writing: Map<string, Promise<void>>
}

export interface CachedAnswer {
  readonly request: ReadRequest
  /** Looks for what is kept. Never rejects, and resolves soon: where the storage hangs there is nothing. */
  find(): Promise<void>
  copy(): StoredAnswer | undefined
  /** The copy, where it is younger than that and nothing that touches these was written since. */
  freshCopy(freshForMs: number, tags: readonly Tag[]): StoredAnswer | undefined
  /**
   * The request as it stands in line: with what the server needs to say that the copy still holds. A route expects JSON,
   * and says so.
   */
  identify(route: string | undefined): Pick<ReadJob, 'key' | 'partition' | 'request'>
  /** What a 304 stands for; any other answer itself. Undefined, once, where it is not of this copy: ask for the whole answer. */
  unchanged(result: AnsweredRead): AnsweredRead | undefined
  keep(result: AnsweredRead): void
  /** What is kept of it goes. */
  drop(): void
}

export function createCachedAnswer(context: CachedAnswerContext, request: ReadRequest): CachedAnswer {
  const { ports, view, written, user, principal, snapshot, writing } = context
  let finding: Promise<void> | undefined
  let partition: string | undefined
  /** Where the copy lies. A header may hold a secret, so a key with headers is replaced by its hash. */
  let at = ''
  let keeping: UserCache | undefined
  let copy: StoredAnswer | undefined
  let isSecondTry = false
  // Where the rows fail the app's own word tells users apart.
  const key = () => readKey({ partition: partition ?? principal, request })

  async function find(): Promise<void> {
    partition = (await user())?.partition
    if (partition === undefined) return
    at = request.headers.length === 0 ? key() : await ports.chance.digest(key())
    keeping = createUserCache({ ...context, partition })
    // A reader who asks while an answer is being written finds that answer, not the one before.
    await writing.get(at)
    copy = await keeping.find(at)
    // At a page's start the urgent ones wait for what was being written: the others do not go before them.
    await context.restored()
  }

  function write(change: (keeping: UserCache) => Promise<void>): void {
    if (keeping === undefined) return
    const done: Promise<void> = change(keeping).finally(() => {
      if (writing.get(at) === done) writing.delete(at)
    })
    writing.set(at, done)
  }

  return {
    request,
    find: () =>
      (finding ??= withTimeout(
        ports.clock,
        readPrepareMs,
        find().catch(() => {}),
        () => {},
      )),
    copy: () => copy,
    freshCopy(freshForMs, tags) {
      if (copy === undefined || Math.abs(ports.clock.now() - copy.fetchedAt) >= freshForMs) return undefined
      const since = view.outcomesSince(copy.fetchedAt).map(({ meta }) => meta.action)
      const isTouched = touchedTags(tags, [...view.onTheirWay(), ...since], written.touched).length > 0
      return isTouched ? undefined : copy
    },
    identify(route) {
      const etag = copy && !isSecondTry ? headerOf(copy.answer, 'etag') : undefined
      // To another origin it would take a preflight.
      const asksIfChanged = etag !== undefined && isOwn(snapshot, request.url)
      const expectsJson = route !== undefined && headerOf(request, 'accept') === undefined
      const headers = [
        ...request.headers,
        ...(expectsJson ? [['accept', 'application/json'] as const] : []),
        ...(asksIfChanged ? [['if-none-match', etag] as const] : []),
      ]
      return { key: key(), partition, request: { ...request, headers } }
    },
    unchanged(result) {
      if (result.answer.status !== 304 || headerOf(request, 'if-none-match') !== undefined) return result
      if (copy === undefined || !isAboutAnswer(result.answer, copy.answer)) {
        if (isSecondTry) return result
        // Another tab has asked, with a copy of its own.
        isSecondTry = true
        return undefined
      }
      return { ...result, answer: refreshedBy(result.answer, copy.answer) }
    },
    keep: ({ answer, fetchedAt }) => write((keeping) => keeping.keep(at, answer, fetchedAt)),
    drop: () => write((keeping) => keeping.drop(at)),
  }
}
