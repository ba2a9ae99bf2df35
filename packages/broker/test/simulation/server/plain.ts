// A plain server: it knows no keys, so each request that arrives has its effect.
import { SimAnswer } from '../platform/fetch-types.js'
import type { ServerContext } from './companion.js'
import { answerFeed, isFeed } from './feed.js'
import { type Effect, listOf, nameOf } from './ledger.js'
import type { Serving } from './server-host.js'

export function createPlainServer(context: ServerContext, effects: Effect[]): Serving {
  const failed = new Map<string, number>()
  let count = 0
  return {
    async serve(arrival) {
      const { url, method, headers } = arrival.request
      count += 1
      if (method === 'HEAD') return new SimAnswer(null, { status: 204 })
      const user = context.session(arrival)
      if (new URL(url).pathname === '/me')
        return new SimAnswer(null, { status: user === undefined ? 401 : 204 })
      if (isFeed(url)) return answerFeed(effects, user, () => context.wait(context.workMs()))
      if (user === undefined) return SimAnswer.json({}, { status: 401 })
      const { id, lane, isRefused, failures } = nameOf(url)
      await context.wait(context.workMs())
      const before = failed.get(id) ?? 0
      if (before < failures) {
        failed.set(id, before + 1)
        return SimAnswer.json({}, { status: 500 })
      }
      if (isRefused) return SimAnswer.json({ why: 'refused' }, { status: 422 })
      const key = (headers.get('idempotency-key') ?? '').replaceAll('"', '')
      effects.push({ id, lane, user, key, isDouble: arrival.isDouble, arrival: count })
      return SimAnswer.json({ list: listOf(effects, user, lane) })
    },
  }
}
