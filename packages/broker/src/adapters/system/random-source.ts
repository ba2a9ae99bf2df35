import type { RandomSource } from '../../core/platform.js'

export const systemRandom: RandomSource = {
  random: () => Math.random(),
  id: () => toHex(crypto.getRandomValues(new Uint8Array(16))),
  digest: async (text) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOfText(text)))),
}

export const bytesOfText = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
