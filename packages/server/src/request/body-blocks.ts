// Holds bytes that arrive in pieces once, in blocks. Joining the pieces would take their memory twice. Keeping them apart
// would take a hundred times the memory of a body in pieces of one byte.

export type Bytes = Uint8Array<ArrayBuffer>

export interface BodyBlocks {
  add(chunk: Uint8Array): void
  /** All that was added, in order. */
  blocks(): readonly Bytes[]
}

const blockBytesMin = 1_024
const blockBytesMax = 65_536

export function createBodyBlocks(): BodyBlocks {
  const full: Bytes[] = []
  let last: Bytes = new Uint8Array(0)
  let used = 0
  return {
    add(chunk) {
      for (let rest = chunk; rest.length > 0; ) {
        if (used === last.length) {
          if (used > 0) full.push(last)
          last = new Uint8Array(Math.min(blockBytesMax, Math.max(blockBytesMin, rest.length)))
          used = 0
        }
        const part = rest.subarray(0, last.length - used)
        last.set(part, used)
        used += part.length
        rest = rest.subarray(part.length)
      }
    },
    blocks: () => (used === 0 ? full : [...full, last.slice(0, used)]),
  }
}

/** A stream of the blocks, each read when it is asked for. */
export function streamOf(blocks: readonly Bytes[]): ReadableStream<Bytes> {
  let index = 0
  return new ReadableStream({
    pull(controller) {
      const block = blocks[index]
      index += 1
      if (block === undefined) controller.close()
      else controller.enqueue(block)
    },
  })
}
