// A Hono app of another origin with `cors()` and signed cookies, as Hono's documentation shows them.
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { getSignedCookie, setSignedCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { listen } from '../fixtures/servers/listen.js'
import type { BackEnd } from './back-end.js'

const secret = 'secret ingredient'

export async function startHono(): Promise<BackEnd> {
  const liked: string[] = []
  const notes: string[] = []
  let users: string[] = []
  const app = new Hono()
  app.use(
    cors({
      origin: (origin) => (origin.startsWith('http://localhost:') ? origin : null),
      credentials: true,
      allowHeaders: ['Content-Type', 'Idempotency-Key', 'Idempotency-Principal'],
    }),
  )
  app.post('/login', async (c) => {
    const { user } = await c.req.parseBody()
    users.push(String(user))
    await setSignedCookie(c, 'user', String(user), secret, { httpOnly: true, sameSite: 'Lax', path: '/' })
    return c.body(null, 204)
  })
  app.use(async (c, next) => {
    const user = await getSignedCookie(c, secret, 'user')
    if (!user || !users.includes(user)) return c.json({ error: 'unauthorized' }, 401)
    return next()
  })
  app.get('/me', (c) => c.json({ user: users[0] }))
  app.put('/likes/:id', (c) => {
    liked.push(c.req.param('id'))
    return c.json({ liked: true })
  })
  app.post('/notes', async (c) => {
    const { text } = await c.req.json<{ text: string }>()
    notes.push(text)
    return c.json({ text }, 201)
  })
  return {
    ...(await listen(getRequestListener(app.fetch))),
    config: {
      like: { method: 'PUT', url: '/likes/:id', body: {} },
      note: { method: 'POST', url: '/notes', body: { text: ':id' } },
      signIn: '/login',
      sessionProbe: '/me',
    },
    liked: () => liked,
    notes: () => notes,
    endSessions: () => {
      users = []
    },
  }
}
