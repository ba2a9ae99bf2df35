// An Express app with express-session, as the two guides show it, with `express.json()`, `sendStatus` and a login by
// a form.
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import { listen } from '../fixtures/servers/listen.js'
import type { BackEnd } from './back-end.js'

declare module 'express-session' {
  interface SessionData {
    user: string
  }
}

export async function startExpress(pages: string, _pageOrigin?: string, port = 0): Promise<BackEnd> {
  const liked: string[] = []
  const notes: string[] = []
  const sessions = new session.MemoryStore()
  const app = express()
  app.use(express.static(pages))
  app.use(express.json())
  // Else a 401 that is on its way as the user signs in brings the cookie of an empty session, which ends theirs.
  const saveUninitialized = false
  app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized, store: sessions }))

  const isAuthenticated: RequestHandler = (request, response, next) => {
    if (request.session.user) next()
    else response.sendStatus(401)
  }
  app.post('/login', express.urlencoded({ extended: false }), (request, response, next) => {
    request.session.regenerate((error) => {
      if (error) return next(error)
      request.session.user = request.body.user
      request.session.save((failure) => (failure ? next(failure) : response.redirect('/')))
    })
  })
  app.get('/me', isAuthenticated, (request, response) => void response.json({ user: request.session.user }))
  app.put('/likes/:id', isAuthenticated, (request, response) => {
    liked.push(String(request.params['id']))
    response.sendStatus(200)
  })
  app.post('/notes', isAuthenticated, (request, response) => {
    notes.push(request.body.text)
    response.sendStatus(201)
  })
  return {
    ...(await listen(app, port)),
    config: {
      like: { method: 'PUT', url: '/likes/:id', body: {} },
      note: { method: 'POST', url: '/notes', body: { text: ':id' } },
      signIn: '/login',
      sessionProbe: '/me',
      success: { contentTypes: ['text/plain'] },
    },
    liked: () => liked,
    notes: () => notes,
    endSessions: () => void sessions.clear(),
  }
}
