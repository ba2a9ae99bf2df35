// Bytes at rest. A Blob of Node reads its bytes in a task of its own.
const encoder = new TextEncoder()

export class SimBlob {
  readonly #parts: readonly (Uint8Array | string)[]
  readonly type: string
  constructor(parts: readonly (Uint8Array | string)[] = [], { type = '' }: { readonly type?: string } = {}) {
    this.#parts = parts
    this.type = type
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    const parts = this.#parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part))
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all.buffer
  }
}
