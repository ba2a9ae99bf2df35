// Signing in and out, the only calls that need no session.
import { Hono } from 'hono'
import type { ApiDependencies } from './change.js'
import { problem } from './problem.js'
import { users } from './seed.js'
import { fieldOf, readJson } from './validation.js'

export function sessionRoutes({ sessions }: Pick<ApiDependencies, 'sessions'>): Hono {
  const routes = new Hono()
  routes.post('/session', async (context) => {
    const wanted = fieldOf(await readJson(context.req.raw), 'user')
    const user = users.find(({ id }) => id === wanted)
    if (user === undefined) return problem('unknown-user', 'Send {"user": "ada"}, "grace" or "linus".')
    const cookie = await sessions.start(user.id, context.req.header('Cookie'))
    return context.json({ id: user.id, name: user.name }, 200, {
      'Set-Cookie': cookie,
      'Cache-Control': 'no-store',
    })
  })
  routes.delete('/session', async (context) => {
    const user = context.req.query('user')
    if (user !== undefined) {
      // A sign-out told late: the cookie stays, for by the time this answer is there it may be the next user's.
      await sessions.endOf(user, context.req.header('Cookie'))
      return context.body(null, 204, { 'Cache-Control': 'no-store' })
    }
    const cookie = await sessions.end(context.req.header('Cookie'))
    return context.body(null, 204, { 'Set-Cookie': cookie, 'Cache-Control': 'no-store' })
  })
  return routes
}
