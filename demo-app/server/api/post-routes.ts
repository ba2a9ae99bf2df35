// The posts of the feed, their likes, which are idempotent by nature, and their claps, which are not.
import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { limits } from '../limits.js'
import { type ApiDependencies, type ApiEnvironment, type Change, change } from './change.js'
import { entityTag, passesIfMatch } from './entity-tag.js'
import { hasPost, readPost, readTopPosts, type VersionedPost, withoutVersion } from './posts.js'
import { problem } from './problem.js'
import { textRefused, unknownPost } from './refusals.js'
import { parseClaps, parseText, readJson } from './validation.js'

export function postRoutes(dependencies: ApiDependencies): Hono<ApiEnvironment> {
  const { reader } = dependencies
  const routes = new Hono<ApiEnvironment>()
  routes.get('/posts/top', (context) => context.json(readTopPosts(reader, context.get('user'))))
  // Not in the table of calls. Without it nobody could learn the ETag of a post that they did not write just now.
  routes.get('/posts/:id', (context) =>
    answerPost(readPost(reader, context.req.param('id'), context.get('user')), 200),
  )

  const like = change<'/posts/:id/like'>(dependencies)
  routes.put(
    '/posts/:id/like',
    like((work, context) => setLike(work, context.req.param('id'), true)),
  )
  routes.delete(
    '/posts/:id/like',
    like((work, context) => setLike(work, context.req.param('id'), false)),
  )
  const clap = change<'/posts/:id/claps'>(dependencies)
  routes.post(
    '/posts/:id/claps',
    clap((work, context) => addClaps(work, context.req.param('id'))),
  )
  routes.post('/posts', change<'/posts'>(dependencies)(addPost))
  const own = change<'/posts/:id'>(dependencies)
  routes.patch(
    '/posts/:id',
    own((work, context) => editPost(work, context.req.param('id'))),
  )
  routes.delete(
    '/posts/:id',
    own((work, context) => removePost(work, context.req.param('id'))),
  )
  return routes
}

function setLike({ tx, user, record }: Change, id: string, isLiked: boolean): Response {
  const before = readPost(tx, id, user)
  if (before === undefined) return unknownPost()
  if (before.likedByMe !== isLiked) {
    const statement = isLiked
      ? 'INSERT INTO likes (post, user) VALUES (?, ?)'
      : 'DELETE FROM likes WHERE post = ? AND user = ?'
    tx.prepare(statement).run(id, user)
    record({ kind: isLiked ? 'like' : 'unlike', target: id })
  }
  const likes = before.likes + Number(isLiked) - Number(before.likedByMe)
  return Response.json({ id, likes, likedByMe: isLiked })
}

async function addClaps({ tx, request, record }: Change, id: string): Promise<Response> {
  if (!hasPost(tx, id)) return unknownPost()
  const by = parseClaps(await readJson(request))
  if (by === undefined) {
    return problem('invalid-claps', `Send {"by": n}, a whole number from 1 to ${limits.clapsPerRequestMax}.`)
  }
  const row = tx.prepare('UPDATE posts SET claps = claps + ? WHERE id = ? RETURNING claps').get(by, id)
  record({ kind: 'clap', target: id })
  return Response.json({ id, claps: (row as { claps: number }).claps })
}

async function addPost({ tx, request, user, record }: Change): Promise<Response> {
  const text = parseText(await readJson(request))
  if (text === undefined) return textRefused()
  const id = randomUUID()
  tx.prepare(
    'INSERT INTO posts (id, author, text, likes_before, claps, version) VALUES (?, ?, ?, 0, 0, 1)',
  ).run(id, user, text)
  record({ kind: 'post', target: id })
  return answerPost(readPost(tx, id, user), 201)
}

async function editPost({ tx, request, user }: Change, id: string): Promise<Response> {
  const refusal = refuseOthers(readPost(tx, id, user), { request, user })
  if (refusal !== undefined) return refusal
  const text = parseText(await readJson(request))
  if (text === undefined) return textRefused()
  tx.prepare('UPDATE posts SET text = ?, version = version + 1 WHERE id = ?').run(text, id)
  return answerPost(readPost(tx, id, user), 200)
}

function removePost({ tx, request, user }: Change, id: string): Response {
  const refusal = refuseOthers(readPost(tx, id, user), { request, user })
  if (refusal !== undefined) return refusal
  tx.prepare('DELETE FROM likes WHERE post = ?').run(id)
  tx.prepare('DELETE FROM comments WHERE post = ?').run(id)
  tx.prepare('DELETE FROM posts WHERE id = ?').run(id)
  return new Response(null, { status: 204 })
}

/** Why this user may not change this post, or may not change it as they know it. */
function refuseOthers(
  post: VersionedPost | undefined,
  { request, user }: { readonly request: Request; readonly user: string },
): Response | undefined {
  if (post === undefined) return unknownPost()
  if (post.author !== user) return problem('not-the-author', 'A post belongs to its author.')
  if (!passesIfMatch(request.headers.get('If-Match'), entityTag(post.version))) {
    return problem(
      'precondition-failed',
      'The post was edited in the meantime. Read it again before you change it.',
    )
  }
  return undefined
}

function answerPost(post: VersionedPost | undefined, status: 200 | 201): Response {
  if (post === undefined) return unknownPost()
  const location = status === 201 ? { Location: `/api/posts/${post.id}` } : {}
  return Response.json(withoutVersion(post), {
    status,
    headers: { ETag: entityTag(post.version), ...location },
  })
}
