// json-server, as its README's "Module" section starts it. It knows nothing of keys, sessions or users.
import jsonServer from 'json-server'
import { listen } from '../fixtures/servers/listen.js'
import type { BackEnd } from './back-end.js'

interface Database {
  readonly posts: { id: string; liked: boolean }[]
  readonly notes: { id: number; text: string }[]
}

export async function startJsonServer(pages: string): Promise<BackEnd> {
  const server = jsonServer.create()
  const router = jsonServer.router<Database>({
    posts: [
      { id: 'a', liked: false },
      { id: 'b', liked: false },
    ],
    notes: [],
  })
  server.use(jsonServer.defaults({ static: pages, logger: false }))
  server.use(router)
  const database = () => router.db.getState() as Database
  return {
    ...(await listen(server)),
    config: {
      like: { method: 'PUT', url: '/posts/:id', body: { liked: true } },
      note: { method: 'POST', url: '/notes', body: { text: ':id' } },
    },
    liked: () => database().posts.flatMap(({ id, liked }) => (liked ? id : [])),
    notes: () => database().notes.map(({ text }) => text),
  }
}
