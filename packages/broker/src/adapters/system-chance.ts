import type { Chance } from '../core/ports.js'

export const systemChance: Chance = {
  random: () => Math.random(),
  id: () => hex(crypto.getRandomValues(new Uint8Array(16))),
  digest: async (text) =>
    hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))),
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
