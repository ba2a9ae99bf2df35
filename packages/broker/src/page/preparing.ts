// What this page adds to a request as it leaves: the headers of its route, then those that all requests have.
import { type PrepareHeaders, preparedHeaders, routeHeaders } from '../adapters/prepared-headers.js'
import type { AskContext, Outgoing } from '../core/attempt.js'
import { boundHeaders } from '../core/channel.js'
import { isRead, type Route } from '../redux/route.js'
import type { PageRequest } from './broker.js'

export interface Preparing {
  /** Names of the functions that this page has. */
  readonly has: readonly string[]
  readonly prepare: AskContext['prepare']
}

export function createPreparing<State>(
  routes: ReadonlyMap<string, Route>,
  prepareHeaders: PrepareHeaders<PageRequest<State>> | undefined,
  getState: () => State,
): Preparing {
  const headersOf = (type: string) => {
    const route = routes.get(type)
    return route && !isRead(route) ? route.options.headers : undefined
  }
  return {
    has: [
      ...(prepareHeaders === undefined ? [] : ['prepareHeaders']),
      ...([...routes.keys()].some(headersOf) ? [boundHeaders] : []),
    ],
    async prepare({ headers, url, route, action }: Outgoing) {
      const own = action && headersOf(action.type)
      const bound = await preparedHeaders(headers, own && routeHeaders(own, action?.payload), { getState })
      return preparedHeaders(bound, prepareHeaders, { url, route, getState })
    },
  }
}
