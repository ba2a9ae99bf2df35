// What reads show and writes touch: the broker keeps an answer that a write may have missed, or may have twice, from
// being taken for the truth.
import type { Tag } from 'redux-broker'

export interface OnPost {
  readonly postId: string
}

export const postType = 'Post'
/** The id of a post that the server has not named yet. */
const unnamed = 'unnamed'

export const postTag = (id: string): Tag => ({ type: postType, id })
export const newPostTag: Tag = postTag(unnamed)
/** Which posts there are, and the numbers under them. */
export const feedTag: Tag = 'Feed'
export const commentsOf = (postId: string): Tag => ({ type: 'Comments', id: postId })

/** Which posts of an answer cannot be trusted, and whether one may be missing in it or be there twice. */
export function unsurePosts(tags: readonly Tag[] = []): {
  readonly ids: ReadonlySet<string>
  readonly isNews: boolean
} {
  const ids = new Set(
    tags.flatMap((tag) => (typeof tag === 'object' && tag.type === postType ? String(tag.id) : [])),
  )
  return { ids, isNews: ids.has(unnamed) }
}
