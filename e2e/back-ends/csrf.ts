// An Express app behind csrf-csrf, as its README's "Getting started" shows.
import { randomBytes } from 'node:crypto'
import cookieParser from 'cookie-parser'
import { doubleCsrf } from 'csrf-csrf'
import express from 'express'
import session from 'express-session'
import { listen } from '../fixtures/servers/listen.js'
import type { BackEnd } from './back-end.js'

export async function startCsrf(pages: string): Promise<BackEnd> {
  const liked: string[] = []
  const notes: string[] = []
  const sessions = new session.MemoryStore()
  const app = express()
  app.use(express.static(pages))
  app.use(express.json())
  app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: true, store: sessions }))
  app.use(cookieParser())
  const secret = randomBytes(32).toString('hex')
  const { generateCsrfToken, doubleCsrfProtection } = doubleCsrf({
    getSecret: () => secret,
    getSessionIdentifier: (request) => request.session.id,
    // Its own default needs https.
    cookieName: 'x-csrf-token',
    cookieOptions: { secure: false },
  })
  app.get('/csrf-token', (request, response) => {
    response.json({ csrfToken: generateCsrfToken(request, response) })
  })
  app.use(doubleCsrfProtection)
  app.put('/likes/:id', (request, response) => {
    liked.push(String(request.params['id']))
    response.json({ liked: true })
  })
  app.post('/notes', (request, response) => {
    notes.push(request.body.text)
    response.status(201).json(request.body)
  })
  return {
    ...(await listen(app)),
    config: {
      like: { method: 'PUT', url: '/likes/:id', body: {} },
      note: { method: 'POST', url: '/notes', body: { text: ':id' } },
      csrf: '/csrf-token',
      session: { csrf: [{ status: 403, text: 'invalid csrf token' }] },
    },
    liked: () => liked,
    notes: () => notes,
    endSessions: () => void sessions.clear(),
  }
}
