import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from './sha-256.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new TextEncoder().encode(text)

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('gives the hash of the standard for %j', (text, expected) => {
    expect(hex(sha256(bytes(text)))).toBe(expected)
  })

  it('gives the hash of the platform for every length around a block’s end and for any byte', () => {
    for (let length = 0; length < 300; length++) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 131 + length * 17) % 256)
      expect(hex(sha256(message))).toBe(createHash('sha256').update(message).digest('hex'))
    }
  })

  it.each(['李', '0', 'ada@example.org', 'a\nb', '🂡'.repeat(40)])(
    'hashes %j as `crypto.subtle` does',
    async (text) => {
      const expected = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(text)))
      expect(hex(sha256(bytes(text)))).toBe(hex(expected))
    },
  )
})
