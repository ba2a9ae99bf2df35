// SHA-256 (FIPS 180-4) without `crypto.subtle`, which a page over plain http does not have.

/** The constants come from the first 64 primes, as the first 32 bits of the fractions of their roots. */
const primes: number[] = []
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime > 0)) primes.push(n)
const fraction = (root: number) => ((root % 1) * 2 ** 32) | 0
const initial = primes.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)))
const constants = primes.map((prime) => fraction(prime ** (1 / 3)))

export function sha256(message: Uint8Array): Uint8Array {
  const blocks = Math.ceil((message.length + 9) / 64)
  const padded = new DataView(new ArrayBuffer(blocks * 64))
  new Uint8Array(padded.buffer).set(message)
  padded.setUint8(message.length, 0x80)
  padded.setBigUint64(blocks * 64 - 8, BigInt(message.length) * 8n)
  let state = initial
  for (let at = 0; at < padded.byteLength; at += 64) state = compress(state, padded, at)
  const digest = new DataView(new ArrayBuffer(32))
  for (const [i, word] of state.entries()) digest.setInt32(4 * i, word)
  return new Uint8Array(digest.buffer)
}

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by))

function compress(state: number[], block: DataView, at: number): number[] {
  const words: number[] = []
  const word = (i: number) => words[i] as number
  let [a, b, c, d, e, f, g, h] = state as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    words[i] =
      i < 16
        ? block.getInt32(at + 4 * i)
        : (word(i - 16) + spread(word(i - 15), 7, 18, 3) + word(i - 7) + spread(word(i - 2), 17, 19, 10)) | 0
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const one = (h + sum(e, 6, 11, 25) + choice + (constants[i] as number) + word(i)) | 0
    const two = (sum(a, 2, 13, 22) + majority) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + (state[i] as number)) | 0)
}

const sum = (word: number, x: number, y: number, z: number) => turn(word, x) ^ turn(word, y) ^ turn(word, z)
const spread = (word: number, x: number, y: number, by: number) =>
  turn(word, x) ^ turn(word, y) ^ (word >>> by)
