// The companion's status query: what became of a key of the session's user.
import { Hono } from 'hono'
import type { ApiDependencies, ApiEnvironment } from './change.js'

export function idempotencyRoutes({
  idempotency,
}: Pick<ApiDependencies, 'idempotency'>): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>()
  routes.get('/idempotency/:key', ({ req }) => idempotency.status(req.raw, req.param('key')))
  return routes
}
