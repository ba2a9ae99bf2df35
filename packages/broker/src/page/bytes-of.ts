// How large a value is where it is stored, before anything of it is copied or read.

/**
 * Bytes of a structured value: strings as UTF-8, the bytes of a Blob or a buffer as they are, 8 for every other value.
 * Each object counts once, so one that holds itself has a size.
 */
export function bytesOf(root: unknown): number {
  const values = [root]
  const met = new Set<unknown>()
  let bytes = 0
  for (const value of values) {
    if (typeof value === 'string') bytes += new TextEncoder().encode(value).length
    else if (typeof value !== 'object' || value === null) bytes += 8
    else if (!met.has(value)) {
      met.add(value)
      if (value instanceof Blob) bytes += value.size
      else if (value instanceof ArrayBuffer) bytes += value.byteLength
      // What is stored of a view is its whole buffer.
      else if (ArrayBuffer.isView(value)) values.push(value.buffer)
      else {
        bytes += 8
        for (const part of partsOf(value)) values.push(part)
      }
    }
  }
  return bytes
}

const partsOf = (value: object): Iterable<unknown> =>
  Symbol.iterator in value ? (value as Iterable<unknown>) : [...Object.keys(value), ...Object.values(value)]
