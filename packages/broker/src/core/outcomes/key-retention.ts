// How long a server remembers a key, and so until when a request may be sent again without a person's word.

import { clockSlackMs, retentionDefaultMs } from '../limits.js'
import { type EntryCore, isRepeatableByItself } from '../rows/entry.js'

/** What an answer says of it, in whole seconds; undefined where it says nothing that can be read. */
export function retentionMsOf(headers: Readonly<Record<string, string>>): number | undefined {
  const seconds = headers['idempotency-retention'] ?? ''
  return /^\d{1,10}$/.test(seconds) ? Number(seconds) * 1_000 : undefined
}

/**
 * Whether its server may have forgotten the key of something that it may have done. A repeat could be done again then. A
 * clock that went back does not tell how much time has passed, so then it may have.
 */
export function mayBeForgotten(
  entry: EntryCore,
  retentionMs: number = retentionDefaultMs,
  now: number,
): boolean {
  if (entry.effect === 'none' || entry.onUnknownEffect === 'repeat' || isRepeatableByItself(entry))
    return false
  const { trouble, acceptedAt } = entry
  // Unset after a person's word, which begins anew; a row of an earlier release does not say when it was sent.
  const sentAt = entry.firstSentAt ?? (trouble && acceptedAt)
  if (sentAt === undefined) return false
  const wentBack = now < Math.max(sentAt, trouble?.at ?? sentAt) - clockSlackMs
  return wentBack || now - sentAt > retentionMs * 0.9
}
