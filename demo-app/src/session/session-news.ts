// Tells the other tabs who signed in or out, so that none goes on for a user who has left.
import type { Me } from '../api/types'

export type SessionNews =
  | { readonly kind: 'signedIn'; readonly user: Me }
  | { readonly kind: 'signedOut'; readonly userId: string }

/** Without it the tabs learn of each other's users by their next read, which names whose it is. */
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('tapped-session')

export function postSessionNews(news: SessionNews): void {
  channel?.postMessage(news)
}

export function listenForSessionNews(listener: (news: SessionNews) => void): void {
  channel?.addEventListener('message', ({ data }: MessageEvent<SessionNews>) => listener(data))
}
