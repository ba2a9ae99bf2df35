// The rules of kept answers. They say which answers may be kept, how old they may be, and which go first.
import type { ReadAnswer } from '../read-types.js'

export interface StoredAnswer {
  readonly answer: ReadAnswer
  /** When its server last said that it holds, in epoch milliseconds. */
  readonly fetchedAt: number
}

/** How much of one user's answers is kept. */
export interface CacheBounds {
  /** Bytes of bodies, headers and keys together. */
  readonly bytesMax: number
  /** Time since the server's last word of it, in milliseconds. */
  readonly ageMsMax: number
}

export const headerOf = ({ headers }: Pick<ReadAnswer, 'headers'>, name: string): string | undefined =>
  headers.find(([given]) => given === name)?.[1]

/** Whether an answer may be kept at all. Where it may not, an earlier copy goes too. */
export function isCacheable(answer: ReadAnswer): boolean {
  const { status } = answer
  return (
    status >= 200 &&
    status < 300 &&
    !answer.variesBeyondKey &&
    !headerWords(answer, 'cache-control').includes('no-store') &&
    !headerWords(answer, 'vary').includes('*')
  )
}

/** The words of a header that is a list, in lower case. */
export const headerWords = (answer: Pick<ReadAnswer, 'headers'>, name: string): readonly string[] =>
  (headerOf(answer, name) ?? '').toLowerCase().match(/[^\s,]+/g) ?? []

export const answerBytes = (key: string, { headers, body }: ReadAnswer): number =>
  key.length + headers.flat().join().length + body.byteLength

/** A clock that was wrong may have dated it ahead. So far ahead it counts as too old. */
export const isTooOld = (
  { fetchedAt }: Pick<StoredAnswer, 'fetchedAt'>,
  { ageMsMax }: Pick<CacheBounds, 'ageMsMax'>,
  now: number,
): boolean => Math.abs(now - fetchedAt) > ageMsMax

/** The size and the age of a copy, without its body. */
export interface StoredSize {
  readonly bytes: number
  readonly fetchedAt: number
}

/** Chooses the copies that must go, the too old ones and then the oldest. Tells how many bytes the others leave free. */
export function makeRoom<C extends StoredSize>(
  copies: readonly C[],
  bounds: CacheBounds,
  now: number,
): { readonly gone: readonly C[]; readonly freeBytes: number } {
  const young = copies.filter((copy) => !isTooOld(copy, bounds, now))
  const stays = new Set<C>()
  let freeBytes = bounds.bytesMax
  for (const copy of young.sort((a, b) => b.fetchedAt - a.fetchedAt)) {
    if (copy.bytes > freeBytes) break
    freeBytes -= copy.bytes
    stays.add(copy)
  }
  return { gone: copies.filter((copy) => !stays.has(copy)), freeBytes }
}
