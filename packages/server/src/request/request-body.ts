// Reads the body of a request whole before its turn comes. Promise: the body lies in memory once, and the bodies of all
// requests together stay within the budget. A body whose declared length does not fit is refused before it is read. A body
// that stops arriving, or drips, is let go of with what it took.

import { bodyArrivalMsMax, bodyStallMsMax } from '../options/limits.js'
import { inTime } from '../turns/in-time.js'
import { type Bytes, createBodyBlocks } from './body-blocks.js'
import type { ByteBudget } from './byte-budget.js'

export type RequestBody =
  | { readonly kind: 'read'; readonly blocks: readonly Bytes[]; release(): void }
  | { readonly kind: 'incomplete' | 'tooLarge' | 'overBudget' }

export interface BodyBounds {
  readonly bytesMax: number
  /** Gets back what the body took at `release`, and at once where the body is not `read`. */
  readonly budget: ByteBudget
  readonly user: string
}

export async function readRequestBody(
  { body, headers }: Request,
  { bytesMax, budget, user }: BodyBounds,
): Promise<RequestBody> {
  if (body === null) return { kind: 'read', blocks: [], release: () => {} }
  const declared = Number(headers.get('content-length'))
  const reader = body.getReader()
  // The rest is not wanted, and whether its source minds being cancelled changes nothing here. A read that waits ends.
  const stop = () => void reader.cancel().catch(() => {})
  const room = budget.open(user, stop)
  const refuse = (kind: 'incomplete' | 'tooLarge' | 'overBudget'): RequestBody => {
    room.release()
    stop()
    return { kind }
  }
  if (declared > bytesMax) return refuse('tooLarge')
  if (!room.fits(declared)) return refuse('overBudget')
  const held = createBodyBlocks()
  const isTooSlow = createPace()
  let length = 0
  try {
    for (;;) {
      const { done, value } = await inTime(bodyStallMsMax, reader.read(), stalled)
      if (done && !room.keep()) return refuse('overBudget')
      if (done) return { kind: 'read', blocks: held.blocks(), release: room.release }
      if (length + value.length > bytesMax) return refuse('tooLarge')
      if (!room.take(value.length)) return refuse('overBudget')
      length += value.length
      held.add(value)
      if (isTooSlow(length)) return refuse('incomplete')
    }
  } catch {
    // The caller, or something between, broke off or stopped.
    return refuse('incomplete')
  }
}

const stalled = () => new Error('the body stopped arriving')

/**
 * Tells whether a body arrives more slowly than what is there of it would have arrived in `bodyArrivalMsMax`. A steady
 * pace is never too slow before that.
 */
function createPace(): (length: number) => boolean {
  let seenAt = performance.now()
  let seen = 0
  return (length) => {
    const ms = performance.now() - seenAt
    if (ms < bodyStallMsMax) return false
    const isTooSlow = (length - seen) * bodyArrivalMsMax < seen * ms
    seenAt += ms
    seen = length
    return isTooSlow
  }
}
