// How many bytes of request bodies lie in memory, over all requests that wait or are worked on.

export interface BodyRoom {
  /** Whether so many more bytes have room now. */
  fits(bytes: number): boolean
  /** Takes room; false where there is none. */
  take(bytes: number): boolean
  give(bytes: number): void
}

export function createBodyRoom(bytesMax: number): BodyRoom {
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
