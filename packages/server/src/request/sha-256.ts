// SHA-256 of bytes in blocks. WebCrypto takes them joined only. Node, Deno and Bun have a hash that is fed block by
// block.

import type { Bytes } from './body-blocks.js'

// So many bytes take about a millisecond. After them the thread is free for others.
const pauseBytes = 1_048_576

/** In hex. */
export async function sha256(blocks: readonly Bytes[]): Promise<string> {
  const hash = runtime.process?.getBuiltinModule?.('node:crypto')?.createHash('sha256')
  if (hash !== undefined) {
    let untilPause = pauseBytes
    for (const block of blocks) {
      hash.update(block)
      untilPause -= block.length
      if (untilPause > 0) continue
      await new Promise((resolve) => setTimeout(resolve))
      untilPause = pauseBytes
    }
    return hash.digest('hex')
  }
  const digest = await crypto.subtle.digest('SHA-256', await new Blob([...blocks]).arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Node's parts of the global object, where they exist. The package imports nothing of Node, so that it runs without. */
const runtime = globalThis as {
  readonly process?: { getBuiltinModule?(name: 'node:crypto'): typeof import('node:crypto') | undefined }
}
