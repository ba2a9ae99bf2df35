// Adds this page's headers to a request as it leaves. Those of its route come first, then those that all requests have.
import { type PrepareHeaders, preparedHeaders } from '../../adapters/network/prepared-headers.js'
import type { Outgoing, PrepareOutgoing } from '../../core/delivery/ask-server.js'
import { InvalidRequest } from '../../core/network/invalid-request.js'
import { appHeaders, lateHeaders } from '../../core/outbox/delivery-requirements.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'
import { isRead, type Route, type WriteRoute } from '../../redux/route.js'

export interface HeaderPreparation {
  /** Names of the functions that this page has. */
  readonly has: readonly string[]
  readonly prepare: PrepareOutgoing
}

export function createHeaderPreparation<State>(
  routes: ReadonlyMap<string, Route>,
  prepareHeaders: PrepareHeaders<PageRequest<State>> | undefined,
  getState: () => State,
): HeaderPreparation {
  const headersOf = (type: string) => {
    const route = routes.get(type)
    return route && !isRead(route) && route.options.headers ? route : undefined
  }
  return {
    has: [
      ...(prepareHeaders === undefined ? [] : [appHeaders]),
      ...([...routes.keys()].some(headersOf) ? [lateHeaders] : []),
    ],
    async prepare({ headers, url, route, action }: Outgoing) {
      const own = action && headersOf(action.type)
      const bound = await preparedHeaders(
        headers,
        own && routeHeaders(own, action.payload),
        { getState },
        `the \`headers\` of ${route}`,
      )
      return preparedHeaders(bound, prepareHeaders, { url, route, getState })
    },
  }
}

/** The headers that a route gives for a payload, as a function of all its requests. */
const routeHeaders =
  <About extends { getState(): unknown }>(
    { type, options }: WriteRoute,
    payload: unknown,
  ): PrepareHeaders<About> =>
  async (headers, about) => {
    const given: unknown = (await options.headers?.(payload, about)) ?? {}
    for (const [name, value] of pairsOf(given) ?? refuseHeaders(type, given)) {
      if (value === undefined || value === null) continue
      if (typeof value === 'object' || typeof value === 'function') refuseHeaders(type, value, name)
      headers.set(name, value)
    }
  }

/** Undefined where there are none. */
function pairsOf(given: unknown): readonly (readonly [string, string])[] | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const pairs: readonly unknown[] = Symbol.iterator in given ? [...(given as [])] : Object.entries(given)
  return pairs.every((pair) => Array.isArray(pair) && pair.length === 2) ? (pairs as []) : undefined
}

/** `name` is that of the header which has the value. @throws InvalidRequest */
function refuseHeaders(type: string, value: unknown, name?: string): never {
  throw new InvalidRequest(
    isDevelopment
      ? `The \`headers\` of ${type} must return an object of strings, or Headers; they returned ${describe(value)}${name === undefined ? '' : ` as ${String(name)}`}.`
      : 'headers',
  )
}

/** A request that is about to leave the page. */
export interface PageRequest<State> {
  readonly url: string
  /** The type of the entry's action; undefined for a question of the broker's own: the session's probe, the status query. */
  readonly route: string | undefined
  getState(): State
}
