import type { Chance } from '../core/ports.js'
import { bytesOf, hex, systemChance } from './system-chance.js'

/** A page over plain http has no `crypto.subtle`, and loads what it needs instead. No worker runs there. */
export const pageChance: Chance = {
  ...systemChance,
  digest: async (text) =>
    (crypto as Partial<Crypto>).subtle === undefined
      ? hex((await import('./sha-256.js')).sha256(bytesOf(text)))
      : systemChance.digest(text),
}
