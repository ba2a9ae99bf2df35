// The feed as it is kept on this device: each post as it was when nothing of this user's was under way to it, so that
// pending changes can be applied over it at the next start without counting one twice.
import type { ServerPost } from '../api/types'
import { newPostsLane, postLane } from '../broker/requests'
import { findCopy, keepCopy, keptPaths } from '../worker/last-copy'

export interface DatedPost extends ServerPost {
  /** When the read that brought it was sent, in epoch milliseconds. */
  readonly readAt: number
}

/** The answer's posts; those that it may have wrong as they were in the copy. */
export function composeFeed(
  answer: readonly ServerPost[],
  readAt: number,
  touched: readonly string[],
  copy: readonly DatedPost[] | undefined,
): readonly DatedPost[] {
  const lanes = new Set(touched)
  const before = new Map(copy?.map((post) => [post.id, post]))
  return answer.flatMap((post): readonly DatedPost[] => {
    const known = before.get(post.id)
    // A post that is not in the copy may be the very one that is under way.
    if (known === undefined && copy !== undefined && lanes.has(newPostsLane)) return []
    return [known !== undefined && lanes.has(postLane(post.id)) ? known : { ...post, readAt }]
  })
}

export async function readFeedCopy(user: string): Promise<readonly DatedPost[] | undefined> {
  const copy = await findCopy(keptPaths.feed, user)
  return (await copy?.json()) as readonly DatedPost[] | undefined
}

export function keepFeedCopy(user: string, posts: readonly DatedPost[], readAt: number): Promise<void> {
  return keepCopy(keptPaths.feed, user, posts, readAt)
}
