// The API of the demo, with all its routes and the rule of who may call them.
import { Hono, type MiddlewareHandler } from 'hono'
import { type Sessions, shownBy } from '../sessions/sessions.js'
import type { ApiDependencies, ApiEnvironment } from './change.js'
import { commentRoutes } from './comment-routes.js'
import { asEdition } from './entity-tag.js'
import { idempotencyRoutes } from './idempotency-routes.js'
import { meRoutes } from './me-routes.js'
import { photoRoutes } from './photo-routes.js'
import { postRoutes } from './post-routes.js'
import { problem } from './problem.js'
import { sessionRoutes } from './session-routes.js'

export function createApi(dependencies: ApiDependencies): Hono<ApiEnvironment> {
  const api = new Hono<ApiEnvironment>()
  api.onError((error) => {
    console.error(error)
    return problem('internal-error', 'This is a mistake of the server, and the change was not applied.')
  })
  api.notFound(() => problem('not-found', 'There is no such call.'))
  api.use('*', refuseCrossSite)
  api.route('/api', sessionRoutes(dependencies))
  api.use('*', requireSession(dependencies.sessions))
  api.route('/api', idempotencyRoutes(dependencies))
  api.route('/api', meRoutes(dependencies))
  api.route('/api', postRoutes(dependencies))
  api.route('/api', commentRoutes(dependencies))
  api.route('/api', photoRoutes(dependencies))
  return api
}

// The cookie is SameSite=Lax, and changes need header fields that a form cannot send. Signing in needs neither.
const refuseCrossSite: MiddlewareHandler = async ({ req }, next) => {
  if (req.method !== 'GET' && req.header('Sec-Fetch-Site') === 'cross-site') {
    return problem('cross-site', 'Open the demo itself to do this.')
  }
  return next()
}

/**
 * A read names its user, by which the browser keeps its answer. The browser asks again before the answer is shown. A
 * shared cache keeps nothing.
 */
function requireSession(sessions: Sessions): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const user = sessions.userOf(shownBy(context.req.raw))
    if (user === undefined) return problem('signed-out', 'Sign in as Ada, Grace or Linus.')
    context.set('user', user)
    await next()
    if (context.req.method !== 'GET') context.header('Cache-Control', 'no-store')
    else {
      if (!context.res.headers.has('Cache-Control'))
        context.res = await asEdition(context.res, context.req.raw)
      context.header('X-User', user)
    }
    return undefined
  }
}
