// `write` declares how an action becomes a request with an effect.
import { type Conditions, checkConditions } from '../core/conditions/conditions.js'
import type { Success } from '../core/rows/answer-rules.js'
import type { OnReturned, ServerKind } from '../core/rows/entry.js'
import { checkMarks, checkSuccess } from './check-answer-rules.js'
import { checkRoute, functionOrNothing, oneOf, rejectUnknownKeys, tagsOrNothing } from './check-route.js'
import { describe } from './describe.js'
import { type LateHeaders, type RefusedWhen, routed, type TagsOf, type WriteRoute } from './route.js'
import type { ActionCreator, PayloadOf, RequestTemplate, RoutedCreator } from './types.js'

// Every bundler replaces this expression; the checks are left out of a production build.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

export interface WriteOptions<C extends ActionCreator, Answer> {
  /** The request of one action. Called once, at capture; the result is stored. */
  request(payload: PayloadOf<C>, action: ReturnType<C>): RequestTemplate
  /**
   * Entries of one lane take effect in the order of their dispatch, one at a time; lanes do not wait for each other.
   * Default: the request's URL without its query, so that all writes to one resource keep their order.
   */
  lane?(payload: PayloadOf<C>): string
  /**
   * Headers that are only known as the request leaves, such as `If-Match` by the version in the state. A page asks anew
   * at each attempt, after its store was told the outcomes of the lane's earlier entries. Nothing of these headers is
   * stored. Such an entry waits for a page, since a worker sees no state. Where this throws the entry waits.
   */
  headers?(payload: PayloadOf<C>, page: { getState(): unknown }): LateHeaders | PromiseLike<LateHeaders>
  /** Parses the answer's body; its return type is inferred everywhere. */
  answer?(body: unknown): Answer
  /**
   * Whether the server honours `Idempotency-Key`. With `plain`, a POST or PATCH whose effect is unknown is never sent
   * again by itself. Default: the broker's `server`.
   */
  readonly server?: ServerKind
  /**
   * Whether the request is idempotent: it may arrive twice with the effect of once. `true` fits a POST that is an upsert
   * by an id of the client's making, `false` a PUT that is none. Default: PUT and DELETE may, POST and PATCH may not.
   */
  readonly repeatable?: boolean
  /** How success looks where the server does not echo the key. Default: the broker's `success`. */
  readonly success?: Success
  /**
   * Marks of a 2xx answer that mean refusal, as `{ path: '/errors' }` of a GraphQL server: the entry is returned. One of
   * several is enough. A function may say so instead. A worker that was not given the same function leaves the entry to
   * a page. Where the function throws the entry is in doubt.
   */
  readonly refusedWhen?: RefusedWhen
  /** The fate of the lane when an entry is returned: the later entries go on (`skip`, default) or wait (`block`). */
  readonly onReturned?: OnReturned
  /**
   * Conditions that the entry waits for, and its lane behind it: a kind of connection, a visible page, hours of the day.
   * They are held against the device at every attempt. Default: none.
   */
  readonly when?: Conditions
  /** Tags of the data that it changes. While it is on its way, a read of the same tags is not taken for the truth. */
  readonly tags?: TagsOf<PayloadOf<C>>
  /** The same, and reads of these tags that are on screen are read again when it has ended. */
  readonly invalidates?: TagsOf<PayloadOf<C>>
}

/**
 * Declares a write: the same creator, whose actions the broker captures. Give the result to `createBroker`'s `routes`
 * and use it in place of the creator.
 * @throws TypeError where the creator or an option is not what it must be.
 */
export function write<C extends ActionCreator, Answer = unknown>(
  creator: C,
  options: WriteOptions<C, Answer>,
): RoutedCreator<C, Answer> {
  if (process.env.NODE_ENV !== 'production') check(creator, options)
  return routed(creator, { type: creator.type, options } as unknown as WriteRoute)
}

function check(creator: unknown, options: unknown): void {
  const { where, given } = checkRoute('write', creator, options)
  const {
    request: _request,
    tags: _tags,
    answer: _answer,
    lane,
    headers,
    server,
    repeatable,
    success,
    refusedWhen,
    onReturned,
    invalidates,
    when,
    ...rest
  } = given
  functionOrNothing(where, 'lane', lane)
  functionOrNothing(where, 'headers', headers)
  tagsOrNothing(where, 'invalidates', invalidates)
  oneOf(where, 'server', server, ['idempotent', 'plain'])
  checkSuccess(where, success)
  if (refusedWhen !== undefined && typeof refusedWhen !== 'function')
    checkMarks(where, 'refusedWhen', [refusedWhen].flat(), [200, 299])
  if (repeatable !== undefined && typeof repeatable !== 'boolean')
    throw new TypeError(`${where} expects \`repeatable\` to be true or false; got ${describe(repeatable)}.`)
  oneOf(where, 'onReturned', onReturned, ['skip', 'block'])
  if (when !== undefined) checkConditions(where, when)
  rejectUnknownKeys(
    where,
    rest,
    'request, lane, headers, answer, server, repeatable, success, refusedWhen, onReturned, when, tags and invalidates',
  )
}
