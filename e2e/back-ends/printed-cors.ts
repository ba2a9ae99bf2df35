// The CORS recipes of docs/your-server.md as they are printed, but for port and the page's origin. Behind each stands
// an API that honours keys, so a recipe that hides the key would show.
import { readFileSync } from 'node:fs'
import { getRequestListener } from '@hono/node-server'
import expressCors from 'cors'
import express from 'express'
import { Hono } from 'hono'
import { cors as honoCors } from 'hono/cors'
import { type Listening, listen } from '../fixtures/servers/listen.js'
import type { BackEnd, StartBackEnd } from './back-end.js'
import { startNginx } from './nginx.js'

const guide = readFileSync(new URL('../../packages/broker/docs/your-server.md', import.meta.url), 'utf8')

/** The recipe for this server, without its imports. */
function printed(server: string, pageOrigin: string): string {
  const [, code] = guide.split(`\n**${server}**\n`)[1]?.match(/^```\w+\n(.*?)^```/ms) ?? []
  if (code === undefined) throw new Error(`your-server.md has no CORS recipe for ${server}`)
  return code.replace(/^import .*\n/gm, '').replaceAll('https://app.example', pageOrigin)
}

/** Puts the recipe into the app. */
const addCors = (app: unknown, cors: unknown, server: string, pageOrigin: string): unknown =>
  new Function('app', 'cors', printed(server, pageOrigin))(app, cors)

/** The likes by the key of the request that was the first to ask for each. */
type Likes = Map<string, string>

const backEndOn = (listening: Listening, likes: Likes): BackEnd => ({
  ...listening,
  config: { server: 'idempotent', like: { method: 'POST', url: '/api/likes/:id', body: {} } },
  liked: () => [...likes.values()],
})

function createApi(likes: Likes): express.Express {
  const app = express()
  app.post('/api/likes/:id', (request, response) => {
    const key = request.get('Idempotency-Key') ?? ''
    likes.set(key, request.params.id)
    response.set('Idempotency-Key', key).json({ liked: true })
  })
  return app
}

export const startPrintedExpress: StartBackEnd = async (_pages, pageOrigin = '') => {
  const likes: Likes = new Map()
  const app = express()
  addCors(app, expressCors, 'Express', pageOrigin)
  app.use(createApi(likes))
  return backEndOn(await listen(app), likes)
}

export const startPrintedHono: StartBackEnd = async (_pages, pageOrigin = '') => {
  const likes: Likes = new Map()
  const app = new Hono()
  addCors(app, honoCors, 'Hono', pageOrigin)
  app.post('/api/likes/:id', (c) => {
    const key = c.req.header('Idempotency-Key') ?? ''
    likes.set(key, c.req.param('id'))
    c.header('Idempotency-Key', key)
    return c.json({ liked: true })
  })
  return backEndOn(await listen(getRequestListener(app.fetch)), likes)
}

export const startPrintedNginx: StartBackEnd = async (pages, pageOrigin = '') => {
  const likes: Likes = new Map()
  const api = await listen(createApi(likes))
  const location = printed('nginx', pageOrigin).replace('127.0.0.1:3000', `127.0.0.1:${api.port}`)
  const nginx = await startNginx(api.port, pages, location)
  const stop = async () => void (await Promise.all([nginx.stop(), api.stop()]))
  return backEndOn({ port: nginx.port, stop }, likes)
}
