// Reads the body of a request whole before its turn comes. Promise: the body lies in memory once, and the bodies of all
// requests together stay within the budget. A body whose declared length does not fit is refused before it is read. A body
// that stops arriving is let go of, with what it took.

import { bodyStallMsMax } from '../options/limits.js'
import { inTime } from '../turns/in-time.js'
import { type Bytes, createBodyBlocks } from './body-blocks.js'
import type { ByteBudget } from './byte-budget.js'

export type RequestBody =
  | { readonly kind: 'read'; readonly blocks: readonly Bytes[]; release(): void }
  | { readonly kind: 'incomplete' | 'tooLarge' | 'overBudget' }

/** @param budget gets back what the body took at `release`, and at once where the body is not `read` */
export async function readRequestBody(
  { body, headers }: Request,
  bytesMax: number,
  budget: ByteBudget,
): Promise<RequestBody> {
  if (body === null) return { kind: 'read', blocks: [], release: () => {} }
  const declared = Number(headers.get('content-length'))
  let length = 0
  const release = () => budget.give(length)
  const refuse = (kind: 'incomplete' | 'tooLarge' | 'overBudget'): RequestBody => {
    release()
    // The rest is not wanted, and whether its source minds being cancelled changes nothing here.
    reader.cancel().catch(() => {})
    return { kind }
  }
  const reader = body.getReader()
  if (declared > bytesMax) return refuse('tooLarge')
  if (!budget.fits(declared)) return refuse('overBudget')
  const held = createBodyBlocks()
  try {
    for (;;) {
      const { done, value } = await inTime(bodyStallMsMax, reader.read(), stalled)
      if (done) return { kind: 'read', blocks: held.blocks(), release }
      if (length + value.length > bytesMax) return refuse('tooLarge')
      if (!budget.take(value.length)) return refuse('overBudget')
      length += value.length
      held.add(value)
    }
  } catch {
    // The caller, or something between, broke off or stopped.
    return refuse('incomplete')
  }
}

const stalled = () => new Error('the body stopped arriving')
