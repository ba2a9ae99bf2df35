// The posts of the feed, read from the database in the shape that the API promises.

import { limits } from '../limits.js'
import type { SqlReader } from '../storage/database.js'

export interface Post {
  readonly id: string
  readonly author: string
  readonly text: string
  readonly likes: number
  readonly likedByMe: boolean
  readonly claps: number
  readonly comments: number
}

export interface Comment {
  readonly id: string
  readonly author: string
  readonly text: string
}

/** `version` counts the edits of the text. Likes, claps and comments do not stand in an editor's way. */
export interface VersionedPost extends Post {
  readonly version: number
}

interface PostRow extends Omit<VersionedPost, 'likedByMe'> {
  readonly likedByMe: number
}

const selectPosts = `
  SELECT p.id, p.author, p.text, p.claps, p.version,
    p.likes_before + (SELECT count(*) FROM likes WHERE likes.post = p.id) AS likes,
    EXISTS (SELECT 1 FROM likes WHERE likes.post = p.id AND likes.user = ?) AS likedByMe,
    (SELECT count(*) FROM comments WHERE comments.post = p.id) AS comments
  FROM posts p`

/** The feed, newest first. `user` decides `likedByMe`. */
export function readTopPosts(sql: SqlReader, user: string): Post[] {
  const rows = sql.prepare(`${selectPosts} ORDER BY p.position DESC LIMIT ?`).all(user, limits.postsListedMax)
  return (rows as PostRow[]).map(withoutVersion)
}

/** One post, or undefined where there is none. */
export function readPost(sql: SqlReader, id: string, user: string): VersionedPost | undefined {
  const row = sql.prepare(`${selectPosts} WHERE p.id = ?`).get(user, id) as PostRow | undefined
  return row === undefined ? undefined : { ...withoutVersion(row), version: row.version }
}

export function withoutVersion(row: PostRow | VersionedPost): Post {
  const { id, author, text, likes, likedByMe, claps, comments } = row
  return { id, author, text, likes, likedByMe: Boolean(likedByMe), claps, comments }
}

export function hasPost(sql: SqlReader, id: string): boolean {
  return sql.prepare('SELECT 1 FROM posts WHERE id = ?').get(id) !== undefined
}

/** The comments of a post, oldest first. */
export function readComments(sql: SqlReader, post: string): Comment[] {
  const rows = sql.prepare('SELECT id, author, text FROM comments WHERE post = ? ORDER BY position').all(post)
  return rows as Comment[]
}

/** Other people's comments and likes on the user's posts that nobody has looked at. */
export function countNotifications(sql: SqlReader, user: string): number {
  const row = sql
    .prepare(
      `SELECT (SELECT count(*) FROM comments c JOIN posts p ON p.id = c.post WHERE p.author = ?1 AND c.author <> ?1)
        + (SELECT count(*) FROM likes l JOIN posts p ON p.id = l.post WHERE p.author = ?1 AND l.user <> ?1) AS count`,
    )
    .get(user)
  return (row as { count: number }).count
}
