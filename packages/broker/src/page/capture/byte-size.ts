// How many bytes a value takes where it is stored, counted before it is copied or read, and no further than to a bound.

/** A count that ends at its bound. */
export interface Tally {
  bytes: number
  readonly max: number
  /** Thrown above it. */
  tooMany(): Error
}

/** @throws what the tally says, as soon as it has too many. */
export function addBytes(tally: Tally, bytes: number): void {
  tally.bytes += bytes
  if (tally.bytes > tally.max) throw tally.tooMany()
}

/** Each value has a tag and a length besides what `bytesOf` says. */
export const tagBytes = 2

/**
 * A text counts as UTF-8, a Blob or a buffer as it is. A container counts without its content. A long text is not read.
 */
export function byteSize(value: unknown, max: number): number {
  if (typeof value === 'string')
    // An encoder makes a copy. Most texts are plain ASCII.
    return value.length > max || !/[^ -~]/.test(value) ? value.length : encoder.encode(value).length
  if (typeof value === 'number') return Object.is(value | 0, value) ? 2 : 7
  if (typeof value !== 'object' || value === null) return 0
  if (value instanceof Blob) return value.size
  if (value instanceof ArrayBuffer) return value.byteLength
  // IndexedDB stores the whole buffer of a view.
  if (ArrayBuffer.isView(value)) return value.buffer.byteLength
  // Places that hold nothing are stored too.
  return Array.isArray(value) && tagBytes * value.length > max ? tagBytes * value.length : 4
}

const encoder = new TextEncoder()
