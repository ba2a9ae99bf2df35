// Reads the body of an answer whole, within a bound. Promise: a body that never waits while it is made leaves the
// thread to timers and other requests.

import { chunksPerTask } from '../options/limits.js'
import { type Bytes, createBodyBlocks } from '../request/body-blocks.js'
import { nextTask } from '../turns/next-task.js'

/**
 * The bytes of a body, or undefined where it is longer than `bytesMax`. Rejects where its stream fails, and with the
 * reason of `signal` when that aborts.
 */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Bytes | undefined> {
  if (body === null) return new Uint8Array(0)
  const held = createBodyBlocks()
  let length = 0
  const reader = body.getReader()
  // The rest is not wanted, and whether its source minds being cancelled changes nothing here.
  const stop = () => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    for (let chunks = 1; ; chunks += 1) {
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) return join(held.blocks(), length)
      length += value.length
      if (length > bytesMax) {
        stop()
        return undefined
      }
      held.add(value)
      if (chunks % chunksPerTask === 0) await nextTask()
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function join(blocks: readonly Bytes[], length: number): Bytes {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const block of blocks) {
    bytes.set(block, offset)
    offset += block.length
  }
  return bytes
}
