import type { Chance } from '../core/ports.js'

export const systemChance: Chance = {
  random: () => Math.random(),
  id: () => hex(crypto.getRandomValues(new Uint8Array(16))),
  digest: async (text) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text)))),
}

/** A page over plain http has no `crypto.subtle`, and loads what it needs instead. No worker runs there. */
export const pageChance: Chance = {
  ...systemChance,
  digest: async (text) =>
    (crypto as Partial<Crypto>).subtle === undefined
      ? hex((await import('./sha-256.js')).sha256(bytesOf(text)))
      : systemChance.digest(text),
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
