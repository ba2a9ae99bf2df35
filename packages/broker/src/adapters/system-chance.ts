import type { Chance } from '../core/ports.js'

export const systemChance: Chance = {
  random: () => Math.random(),
  id: () => hex(crypto.getRandomValues(new Uint8Array(16))),
  digest: async (text) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text)))),
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
