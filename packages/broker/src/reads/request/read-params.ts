// The parameters of a read, from its action and its route.
import { areTags, type Tag } from '../../core/reads/consistency/tags.js'
import { isPriority } from '../../core/reads/priority.js'
import type { ReadRequest } from '../../core/reads/read-types.js'
import type { StoredAction } from '../../core/rows/entry.js'
import {
  CaptureRefusal,
  callApp,
  type FetchOptions,
  type ReadBehavior,
  type ReadEngineContext,
} from '../../page/reads-port.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'
import type { ReadRoute } from '../../redux/route.js'
import type { ReadOptions } from './read-options.js'
import { type ReadTemplate, toReadRequest } from './read-request.js'

export interface ReadParams extends Omit<FetchOptions, 'signal' | 'cache'>, Pick<ReadBehavior, 'cache'> {
  readonly request: ReadRequest
  readonly priority: number
  readonly tags: readonly Tag[]
  /** It is not known what tells its answer apart. */
  readonly isUnidentified?: true
}

/** The options that say how one reader wants its answer. */
export const readParamNames: readonly (keyof ReadBehavior)[] = [
  'freshForMs',
  'cache',
  'networkTimeoutMs',
  'when',
  'whileWaiting',
  'queueTimeoutMs',
  'requestTimeoutMs',
  'retries',
]

/** @throws CaptureRefusal */
export function resolveReadParams(
  { type, options }: ReadRoute,
  action: StoredAction,
  { snapshot }: Pick<ReadEngineContext, 'snapshot'>,
): ReadParams {
  const { request, priority, tags, answer: _answer, ...behavior } = options as ReadOptions<never, unknown>
  const call = <T>(name: string, given: T | ((payload: never, action: never) => T)): T =>
    callApp(isDevelopment && `the \`${name}\` of ${type}`, () =>
      typeof given === 'function'
        ? (given as (payload: unknown, action: unknown) => T)(action.payload, action)
        : given,
    )
  return {
    ...behavior,
    request: toReadRequest(type, call<string | ReadTemplate>('request', request), snapshot),
    priority: checkedPriority(type, call('priority', priority ?? 5)),
    tags: checkedTags(type, call('tags', tags ?? [])),
  }
}

/** @throws CaptureRefusal */
export function checkedTags(what: string, tags: readonly Tag[]): readonly Tag[] {
  if (areTags(tags)) return tags
  throw new CaptureRefusal(
    'invalidRequest',
    isDevelopment && `The \`tags\` of ${what} must be a list of tags; got ${describe(tags)}.`,
  )
}

/** @throws CaptureRefusal */
export function checkedPriority(what: string, priority: number): number {
  if (isPriority(priority)) return priority
  throw new CaptureRefusal(
    'invalidRequest',
    isDevelopment &&
      `The \`priority\` of ${what} must be a whole number from 1 to 9; got ${describe(priority)}.`,
  )
}
