// A route is the request of an action, as the broker uses it. `write` and `read` put it on the app's own creator.
import type { Conditions } from '../core/conditions/conditions.js'
import type { Tag } from '../core/reads/consistency/tags.js'
import type { AnswerMark, RefusesAnswer, Success } from '../core/rows/answer-rules.js'
import type { OnReturned, ServerKind } from '../core/rows/entry.js'
import type { ActionCreator, AnyRouted, RequestTemplate, RoutedCreator } from './types.js'

// Every bundler replaces this expression.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

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
