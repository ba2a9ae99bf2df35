// Where a request's answers lie: under its key, in its user's partition.

import type { Copies } from '../core/ports.js'
import { headerOf, type KeptCopy } from '../core/reads/kept-copy.js'
import type { Ask, ReadRequest } from '../core/reads/line.js'
import { touched } from '../core/reads/overlap.js'
import { readKey } from '../core/reads/read-key.js'
import { refreshedBy, speaksOf } from '../core/reads/revalidation.js'
import type { Tag } from '../core/reads/tags.js'
import type { ReadContext } from '../page/read-engine.js'
import { createKeeping, type Keeping, type KeepingContext } from './keeping.js'
import { isOwn } from './request.js'
import type { Answered } from './result.js'
import { soon } from './soon.js'
import type { Written } from './written.js'

export interface PlaceContext extends Pick<ReadContext, 'ports' | 'snapshot' | 'user' | 'view' | 'restored'> {
  readonly copies: Copies
  readonly bounds: KeepingContext['bounds']
  readonly written: Written
  readonly principal: string
  /** By key, what is being written to the copies at this moment. */
  readonly writing: Map<string, Promise<void>>
}

export interface Place {
  readonly request: ReadRequest
  /** Looks for what is kept. Never rejects, and resolves soon: where the storage hangs there is nothing. */
  find(): Promise<void>
  copy(): KeptCopy | undefined
  /** The copy, where it is younger than that and nothing that touches these was written since. */
  freshCopy(freshForMs: number, tags: readonly Tag[]): KeptCopy | undefined
  /**
   * The request as it stands in line: with what the server needs to say that the copy still holds. A route expects JSON,
   * and says so.
   */
  identify(route: string | undefined): Pick<Ask, 'key' | 'partition' | 'request'>
  /** What a 304 stands for; any other answer itself. Undefined, once, where it is not of this copy: ask for the whole answer. */
  unchanged(result: Answered): Answered | undefined
  keep(result: Answered): void
  /** What is kept of it goes. */
  drop(): void
}

export function createPlace(context: PlaceContext, request: ReadRequest): Place {
  const { ports, view, written, user, principal, snapshot, writing } = context
  let finding: Promise<void> | undefined
  let partition: string | undefined
  /** Where the copy lies. A header may hold a secret, so a key with headers is replaced by its hash. */
  let at = ''
  let keeping: Keeping | undefined
  let copy: KeptCopy | undefined
  let isSecondTry = false
  // Where the rows fail the app's own word tells users apart.
  const key = () => readKey({ partition: partition ?? principal, request })

  async function find(): Promise<void> {
    partition = (await user())?.partition
    if (partition === undefined) return
    at = request.headers.length === 0 ? key() : await ports.chance.digest(key())
    keeping = createKeeping({ ...context, partition })
    // A reader who asks while an answer is being written finds that answer, not the one before.
    await writing.get(at)
    copy = await keeping.find(at)
    // At a page's start the urgent ones wait for what was being written: the others do not go before them.
    await context.restored()
  }

  function write(change: (keeping: Keeping) => Promise<void>): void {
    if (keeping === undefined) return
    const done: Promise<void> = change(keeping).finally(() => {
      if (writing.get(at) === done) writing.delete(at)
    })
    writing.set(at, done)
  }

  return {
    request,
    find: () => (finding ??= soon(ports.clock, find(), undefined)),
    copy: () => copy,
    freshCopy(freshForMs, tags) {
      if (copy === undefined || Math.abs(ports.clock.now() - copy.fetchedAt) >= freshForMs) return undefined
      const since = view.outcomesSince(copy.fetchedAt).map(({ meta }) => meta.action)
      const isTouched = touched(tags, [...view.onTheirWay(), ...since], written.touched).length > 0
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
      if (copy === undefined || !speaksOf(result.answer, copy.answer)) {
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
