// The companion's status query, which tells the session's user the state of a key.
import { Hono } from 'hono'
import type { ApiDependencies, ApiEnvironment } from './change.js'

export function idempotencyRoutes({
  idempotency,
}: Pick<ApiDependencies, 'idempotency'>): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>()
  routes.get('/idempotency/:key', ({ req }) => idempotency.status(req.raw, req.param('key')))
  return routes
}
