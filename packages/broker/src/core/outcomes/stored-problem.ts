// The body of a refusal, as a dead letter and the journal keep it.

import { problemBytesMax } from '../limits.js'
import type { CutProblem } from '../rows/entry.js'
import { type Answer, dataOf } from './answer-marks.js'

/** The body as data, or its text where it is no JSON. A body over 8 KiB is cut, JSON too. */
export function storedProblem(answer: Answer): unknown {
  const { body } = answer
  if (body === undefined) return undefined
  // A text that is not all Latin-1 takes two bytes a character.
  const isWide = /[\u0100-\uffff]/.test(body.slice(0, problemBytesMax))
  const charactersMax = isWide ? problemBytesMax / 2 : problemBytesMax
  if (body.length <= charactersMax) return dataOf(answer) ?? body
  return { isCut: true, text: body.slice(0, charactersMax) } satisfies CutProblem
}
