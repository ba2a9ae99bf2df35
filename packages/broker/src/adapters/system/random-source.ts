import type { RandomSource } from '../../core/platform.js'

/** One call gives no more. */
const drawMax = 65_536

function bytes(length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length)
  for (let at = 0; at < length; at += drawMax) crypto.getRandomValues(all.subarray(at, at + drawMax))
  return all
}

export const systemRandom: RandomSource = {
  random: () => Math.random(),
  id: () => toHex(bytes(16)),
  bytes,
  digest: async (text) => toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOfText(text)))),
}

export const bytesOfText = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1)
  return text
}
