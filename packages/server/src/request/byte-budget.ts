// Bounds the bytes of request bodies in memory, over all requests that wait or are worked on.

export interface ByteBudget {
  /** Whether so many more bytes are within the budget now. */
  fits(bytes: number): boolean
  /** Takes so many bytes. False where they do not fit, and then takes none. */
  take(bytes: number): boolean
  give(bytes: number): void
}

export function createByteBudget(bytesMax: number): ByteBudget {
  let taken = 0
  const fits = (bytes: number) => taken + bytes <= bytesMax
  return {
    fits,
    take(bytes) {
      if (!fits(bytes)) return false
      taken += bytes
      return true
    },
    give(bytes) {
      taken -= bytes
    },
  }
}
