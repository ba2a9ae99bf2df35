// The bytes that an entry counts for, with and without its problem.
import type { DeadLetter } from './entry.js'

/** Stands for a problem that is too long to be kept. */
export interface CutProblem {
  readonly isCut: true
  /** How the body began. */
  readonly text: string
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
