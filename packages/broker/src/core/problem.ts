// The body of a refusal, as a dead letter and the journal keep it.
import { type Answer, dataOf } from './answer.js'
import type { DeadLetter } from './entry.js'
import { problemBytesMax } from './limits.js'

/** Stands for a problem that is too long to be kept. */
export interface CutProblem {
  readonly isCut: true
  /** How the body began. */
  readonly text: string
}

/** The body as data, or its text where it is no JSON. A body over 8 KiB is cut, JSON too. */
export function problemOf(answer: Answer): unknown {
  const { body } = answer
  if (body === undefined) return undefined
  // A text that is not all Latin-1 takes two bytes a character.
  const isWide = /[\u0100-\uffff]/.test(body.slice(0, problemBytesMax))
  const charactersMax = isWide ? problemBytesMax / 2 : problemBytesMax
  if (body.length <= charactersMax) return dataOf(answer) ?? body
  return { isCut: true, text: body.slice(0, charactersMax) } satisfies CutProblem
}

/** A letter for whose problem the outbox has no room. */
export const withoutProblem = (letter: DeadLetter): DeadLetter => ({
  ...letter,
  problem: { isCut: true, text: '' } satisfies CutProblem,
  problemBytes: 0,
  bytes: bytesOfEntry(letter),
})

/** Bytes of an entry, or of a letter less its problem. */
export const bytesOfEntry = ({
  bytes,
  problemBytes = 0,
}: Pick<DeadLetter, 'bytes' | 'problemBytes'>): number => bytes - problemBytes

/** The most bytes that values take on the disk: two for each character of their JSON. */
export const bytesAtMost = (...values: readonly unknown[]): number => 2 * JSON.stringify(values).length
