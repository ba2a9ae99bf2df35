// An Express app of another origin with `helmet()` on all and `cors()` on its API, as the guides of the three show it.
import cors from 'cors'
import express from 'express'
import helmet from 'helmet'
import { listen } from '../fixtures/servers/listen.js'
import type { BackEnd } from './back-end.js'

export async function startHelmet(_pages: string, pageOrigin?: string): Promise<BackEnd> {
  const liked: string[] = []
  const notes: string[] = []
  const app = express()
  const allowedHeaders = ['Content-Type', 'Idempotency-Key', 'Idempotency-Principal']
  app.use(helmet())
  app.use('/api', cors({ origin: pageOrigin, credentials: true, allowedHeaders }), express.json())
  app.put('/api/likes/:id', (request, response) => {
    liked.push(request.params.id)
    response.json({ liked: true })
  })
  app.post('/api/notes', (request, response) => {
    notes.push(request.body.text)
    response.status(201).json({ text: request.body.text })
  })
  return {
    ...(await listen(app)),
    config: {
      like: { method: 'PUT', url: '/api/likes/:id', body: {} },
      note: { method: 'POST', url: '/api/notes', body: { text: ':id' } },
    },
    liked: () => liked,
    notes: () => notes,
  }
}
