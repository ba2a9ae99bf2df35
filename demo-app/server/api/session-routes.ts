// Signing in and out, and a new token in bearer mode. No other call works without a session.
import { Hono } from 'hono'
import { shownBy } from '../sessions/sessions.js'
import { users } from '../storage/seed.js'
import type { ApiDependencies, ApiEnvironment } from './change.js'
import { problem } from './problem.js'
import { fieldOf, readJson } from './validation.js'

const unkept = { 'Cache-Control': 'no-store' }

export function sessionRoutes({
  sessions,
  signInLimit,
}: Pick<ApiDependencies, 'sessions' | 'signInLimit'>): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>()
  routes.post('/session', async (context) => {
    const body = await readJson(context.req.raw)
    const wanted = fieldOf(body, 'user')
    const user = users.find(({ id }) => id === wanted)
    const { waitMs } = signInLimit.take(context.env.address, user?.id)
    if (waitMs > 0) return tooManySignIns(waitMs)
    if (user === undefined) return problem('unknown-user', 'Send {"user": "ada"}, "grace" or "linus".')
    const shown = shownBy(context.req.raw)
    const me = { id: user.id, name: user.name }
    if (fieldOf(body, 'as') !== 'bearer') {
      const cookie = await sessions.start(user.id, shown)
      return context.json(me, 200, { ...unkept, 'Set-Cookie': cookie })
    }
    const { cookie, ...token } = await sessions.startBearer(user.id, shown)
    return context.json({ ...me, ...token }, 200, { ...unkept, 'Set-Cookie': cookie })
  })
  routes.post('/session/token', async (context) => {
    const token = await sessions.renew(shownBy(context.req.raw))
    if (token === undefined) return problem('signed-out', 'Sign in as Ada, Grace or Linus.')
    return context.json(token, 200, unkept)
  })
  routes.delete('/session', async (context) => {
    const user = context.req.query('user')
    if (user !== undefined) {
      // The server hears of this sign-out late. The cookie stays, since it may be the next user's when this answer
      // arrives.
      await sessions.endOf(user, shownBy(context.req.raw))
      return context.body(null, 204, unkept)
    }
    for (const cookie of await sessions.end(shownBy(context.req.raw)))
      context.header('Set-Cookie', cookie, { append: true })
    return context.body(null, 204, unkept)
  })
  return routes
}

function tooManySignIns(waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1000)
  const detail = `Too many sign-ins came from your address. Try again in ${seconds} s.`
  return problem('too-many-sign-ins', detail, { 'Retry-After': String(seconds) })
}
