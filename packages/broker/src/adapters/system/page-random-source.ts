import type { RandomSource } from '../../core/platform.js'
import { bytesOfText, systemRandom, toHex } from './random-source.js'

/** A page over plain http has no `crypto.subtle`, and loads what it needs instead. No worker runs there. */
export const pageRandom: RandomSource = {
  ...systemRandom,
  digest: async (text) =>
    (crypto as Partial<Crypto>).subtle === undefined
      ? toHex((await import('./sha-256.js')).sha256(bytesOfText(text)))
      : systemRandom.digest(text),
}
