// Dead letters in plain words, with the reason of each.
import type { DeadLetter } from 'redux-broker'
import { clapped, commented, liked, posted, unliked } from '../broker/requests'
import type { Post } from '../feed/posts-slice'
import { nameOf } from '../ui/avatar'

type StoredAction = DeadLetter['action']

/** “Your clap on Ada’s post “The train lost…”” */
export function whatItWas(action: StoredAction, posts: Readonly<Record<string, Post>>): string {
  if (posted.match(action)) return `Your new post ${quoted(action.payload.text)}`
  if (commented.match(action)) return `Your comment ${quoted(action.payload.text)} ${onPost(action, posts)}`
  if (clapped.match(action)) return `Your clap ${onPost(action, posts)}`
  if (liked.match(action)) return `Your like ${onPost(action, posts)}`
  if (unliked.match(action)) return `Taking back your like ${onPost(action, posts)}`
  return 'A change of yours'
}

/** A sentence for people, and behind it the status of the server's answer. */
export function whyItCameBack({ reason, httpStatus, problem, effect }: DeadLetter): string {
  const detail = detailOf(problem)
  if (effect === 'unknown')
    return 'It was refused in the end, but an earlier try may have arrived. Look at the post first. Retry counts once.'
  if (httpStatus === 404 || httpStatus === 410) return 'The post is no longer there.'
  if (httpStatus === 403) return 'You are not allowed to do this.'
  if (httpStatus === 413) return 'It is too large.'
  if (httpStatus === 422) return `The server did not accept it. ${detail}`.trim()
  switch (reason) {
    case 'conflict':
      return 'Someone changed it in the meantime.'
    case 'failuresMax':
      return 'The server failed again and again, so we stopped trying.'
    case 'redirected':
      return 'The server sent it elsewhere instead of taking it.'
    case 'protocol':
      return 'The server answered in a way that this app does not understand.'
    default:
      return `The server refused it. ${detail}`.trim()
  }
}

function onPost({ payload }: { readonly payload?: unknown }, posts: Readonly<Record<string, Post>>): string {
  const post = posts[(payload as { readonly postId: string }).postId]
  return post === undefined ? 'on a post' : `on ${nameOf(post.author)}’s post ${quoted(post.text)}`
}

const shownMax = 44

function quoted(text: string): string {
  const short = text.length > shownMax ? `${text.slice(0, shownMax).replace(/[\s.,;:!?]+$/, '')}…` : text
  return `“${short}”`
}

function detailOf(problem: unknown): string {
  const detail = (problem as { readonly detail?: unknown } | null | undefined)?.detail
  return typeof detail === 'string' ? detail : ''
}
