// The comments that people write under a post.
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { type ApiDependencies, type ApiEnvironment, change } from './change.js'
import { hasPost, readComments } from './posts.js'
import { textRefused, unknownPost } from './refusals.js'
import { parseText, readJson } from './validation.js'

export function commentRoutes(dependencies: ApiDependencies): Hono<ApiEnvironment> {
  const { reader } = dependencies
  const routes = new Hono<ApiEnvironment>()
  routes.get('/posts/:id/comments', (context) => {
    const post = context.req.param('id')
    return hasPost(reader, post) ? context.json(readComments(reader, post)) : unknownPost()
  })
  routes.post(
    '/posts/:id/comments',
    change<'/posts/:id/comments'>(dependencies)(async ({ tx, request, user, record }, context) => {
      const post = context.req.param('id')
      if (!hasPost(tx, post)) return unknownPost()
      const text = parseText(await readJson(request))
      if (text === undefined) return textRefused()
      const id = randomUUID()
      tx.prepare('INSERT INTO comments (id, post, author, text) VALUES (?, ?, ?, ?)').run(
        id,
        post,
        user,
        text,
      )
      record({ kind: 'comment', target: post })
      return context.json({ id, author: user, text }, 201)
    }),
  )
  return routes
}
