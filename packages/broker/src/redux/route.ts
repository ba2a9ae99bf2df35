// A route declares how an action becomes a request. It is made when the code is loaded, so its mistakes throw at once.

import { type Conditions, checkConditions } from '../core/conditions/conditions.js'
import { areTags, type Tag } from '../core/reads/consistency/tags.js'
import type { AnswerMark, RefusesAnswer, Success } from '../core/rows/answer-rules.js'
import type { OnReturned, ServerKind } from '../core/rows/entry.js'
import { checkMarks, checkSuccess } from './check-answer-rules.js'
import { describe } from './describe.js'
import type { ActionCreator, AnyRouted, PayloadOf, RequestTemplate, RoutedCreator } from './types.js'

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

export type RefusedWhen = AnswerMark | readonly AnswerMark[] | RefusesAnswer

/** Headers by name; one that is undefined or null is left out. */
export type LateHeaders = Readonly<Record<string, string | null | undefined>> | undefined

/** Tags of a route: the same for all its actions, or made from the payload of one. */
export type TagsOf<Payload> = readonly Tag[] | ((payload: Payload) => readonly Tag[])

/** A route as the broker uses it, when its types have done their work. */
export interface WriteRoute {
  readonly type: string
  readonly options: {
    request(payload: unknown, action: unknown): RequestTemplate
    lane?(payload: unknown): string
    headers?(payload: unknown, page: { getState(): unknown }): LateHeaders | PromiseLike<LateHeaders>
    answer?(body: unknown): unknown
    readonly server?: ServerKind
    readonly repeatable?: boolean
    readonly success?: Success
    readonly refusedWhen?: RefusedWhen
    readonly onReturned?: OnReturned
    readonly when?: Conditions
    readonly tags?: TagsOf<unknown>
    readonly invalidates?: TagsOf<unknown>
  }
}

/** It brings what serves it, so that a bundle without a read has nothing of it. */
export interface ReadRoute {
  readonly type: string
  readonly options: { answer?(body: unknown): unknown }
  readonly engine: object
}

export type Route = WriteRoute | ReadRoute

export const isRead = (route: Route): route is ReadRoute => 'engine' in route

const route: unique symbol = Symbol('redux-broker route')

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

/** The types of all actions that have a route, for the developer. */
export const declaredTypes: Set<string> = new Set()

/** The same creator, marked with its route. */
export function routed<C extends ActionCreator, Answer>(creator: C, given: Route): RoutedCreator<C, Answer> {
  const { type } = creator
  if (process.env.NODE_ENV !== 'production') declaredTypes.add(type)
  return Object.assign((...args: Parameters<C>) => creator(...args), {
    type,
    match: (action: unknown) => creator.match(action),
    toString: () => type,
    [route]: given,
  }) as unknown as RoutedCreator<C, Answer>
}

/** The route that `write` or `read` put on a creator; undefined where it is a plain one. */
export const routeOf = (creator: AnyRouted): Route | undefined =>
  (creator as { readonly [route]?: Route })[route]

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

/** Checks the parts that all routes have. Gives the route's options, and its name for messages. */
export function checkRoute(
  what: 'read' | 'write',
  creator: unknown,
  options: unknown,
): { readonly where: string; readonly given: Readonly<Record<string, unknown>> } {
  const { type, match } = (typeof creator === 'function' ? creator : {}) as Partial<ActionCreator>
  if (typeof type !== 'string' || typeof match !== 'function') {
    throw new TypeError(
      `${what}() expects an action creator with a \`type\` and a \`match\`, made by createAction or createSlice; got ${describe(creator)}. ` +
        'It is undefined where the slice and the file of the routes import each other. ' +
        'Then make the action by createAction in the file of the routes.',
    )
  }
  const where = `${what}(${type})`
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where} expects options with a \`request\` function; got ${describe(options)}.`)
  const given = options as Record<string, unknown>
  if (typeof given['request'] !== 'function')
    throw new TypeError(
      `${where} expects \`request\`, a function from the payload to ${what === 'read' ? 'a URL or { url, headers }' : '{ url, method, body }'}; got ${describe(given['request'])}.`,
    )
  functionOrNothing(where, 'answer', given['answer'])
  tagsOrNothing(where, 'tags', given['tags'])
  return { where, given }
}

function functionOrNothing(where: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(`${where} expects \`${name}\` to be a function; got ${describe(value)}.`)
}

export function tagsOrNothing(where: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  if (areTags(value)) return
  throw new TypeError(
    `${where} expects \`${name}\` to be a list of tags, such as 'posts' or { type: 'posts', id: 1 }, or a function that returns one; got ${describe(value)}.`,
  )
}

/** Tells of options that had another name in release 0.1.0, by their old names. @throws TypeError */
export function rejectOldNames(
  where: string,
  options: object,
  newNames: Readonly<Record<string, string>>,
): void {
  for (const [old, now] of Object.entries(newNames))
    if (old in options)
      throw new TypeError(`${where} got \`${old}\`, expected \`${now}\`: the option has a new name.`)
}

export function rejectUnknownKeys(where: string, rest: object, known: string): void {
  const [stranger] = Object.keys(rest)
  if (stranger !== undefined)
    throw new TypeError(`${where} knows no option \`${stranger}\`; it takes ${known}.`)
}

export function oneOf(where: string, name: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value as string))
    throw new TypeError(
      `${where} expects \`${name}\` to be ${allowed.map((one) => `'${one}'`).join(' or ')}; got ${describe(value)}.`,
    )
}
