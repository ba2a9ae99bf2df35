// The body of a request, read whole before its turn comes. Promise: it lies in memory once, and the bodies of all requests
// together take no more room than there is. A body that is known to have no room is refused before it is read.
import { type Bytes, createBodyBlocks } from './body-blocks.js'
import type { BodyRoom } from './body-room.js'

export type RequestBody =
  | { readonly kind: 'read'; readonly blocks: readonly Bytes[]; release(): void }
  | { readonly kind: 'incomplete' | 'tooLarge' | 'noRoom' }

/** @param room is given back by `release`, or where the body is not `read` */
export async function readRequestBody(
  { body, headers }: Request,
  bytesMax: number,
  room: BodyRoom,
): Promise<RequestBody> {
  if (body === null) return { kind: 'read', blocks: [], release: () => {} }
  const declared = Number(headers.get('content-length'))
  let length = 0
  const release = () => room.give(length)
  const refuse = (kind: 'incomplete' | 'tooLarge' | 'noRoom'): RequestBody => {
    release()
    // The rest is not wanted, and whether its source minds being cancelled changes nothing here.
    reader.cancel().catch(() => {})
    return { kind }
  }
  const reader = body.getReader()
  if (declared > bytesMax) return refuse('tooLarge')
  if (!room.fits(declared)) return refuse('noRoom')
  const held = createBodyBlocks()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { kind: 'read', blocks: held.blocks(), release }
      if (length + value.length > bytesMax) return refuse('tooLarge')
      if (!room.take(value.length)) return refuse('noRoom')
      length += value.length
      held.add(value)
    }
  } catch {
    // The caller, or something between, broke off.
    return refuse('incomplete')
  }
}
