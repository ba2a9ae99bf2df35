// Tags of the data that reads show and writes change. An answer that crosses a write may lack its effect, or show it
// twice. The broker finds such an answer by its tags and marks it as uncertain.
import type { Tag } from 'redux-broker'

export interface OnPost {
  readonly postId: string
}

export const postType = 'Post'
/** The id of a post that the server has not named yet. */
const unnamed = 'unnamed'

export const postTag = (id: string): Tag => ({ type: postType, id })
export const newPostTag: Tag = postTag(unnamed)
/** The list of posts, and the numbers under them. */
export const feedTag: Tag = 'Feed'
export const commentsOf = (postId: string): Tag => ({ type: 'Comments', id: postId })

/** The uncertain posts of an answer, and whether a new post may be missing in it or be there twice. */
export function uncertainPosts(tags: readonly Tag[] = []): {
  readonly ids: ReadonlySet<string>
  readonly isNews: boolean
} {
  const ids = new Set(
    tags.flatMap((tag) => (typeof tag === 'object' && tag.type === postType ? String(tag.id) : [])),
  )
  return { ids, isNews: ids.has(unnamed) }
}
