// Numbers, ids and digests that a seed decides.
import type { RandomSource } from '../core/platform.js'

/** The same seed gives the same numbers and ids (mulberry32, T. Ettinger, public domain). */
export function createSeededRandom(seed: number): RandomSource {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    random,
    id: () => Array.from({ length: 4 }, () => hexDigits(random() * 2 ** 32)).join(''),
    bytes: (length) => Uint8Array.from({ length }, () => random() * 256),
    // Good enough to tell users apart in a test (FNV-1a, four times).
    digest: async (text) => [1, 2, 3, 4].map((round) => hexDigits(fnv(`${round}${text}`))).join(''),
  }
}

const hexDigits = (number: number) => Math.floor(number).toString(16).padStart(8, '0')

function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}
