import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../core/rows/store-port.js'
import { describeStore } from '../contracts/store-contract.js'
import { compareKeys, memoryStore } from './memory-store.js'

describeStore('memoryStore', memoryStore)

describe('memoryStore', () => {
  it('refuses to write in a transaction that only reads, as IndexedDB does', async () => {
    const store = memoryStore()
    const row = { name: 'salt', value: 'a' } as const

    const put = store.transact('readonly', 'relaxed', async (tx) => tx.put('settings', row))
    const remove = store.transact('readonly', 'relaxed', async (tx) => tx.delete('settings', ['salt']))

    await expect(put).rejects.toThrow('readonly')
    await expect(remove).rejects.toThrow('readonly')
  })

  it('is not shared: a second store does not see the rows of the first', async () => {
    const [one, other] = [memoryStore(), memoryStore()]
    await one.transact('readwrite', 'strict', async (tx) => tx.put('settings', { name: 'salt', value: 'a' }))

    const read = other.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['salt']))

    expect(await read).toBeUndefined()
  })
})

describe('compareKeys', () => {
  const key = fc.letrec<{ key: Key; leaf: Key }>((tie) => ({
    leaf: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'a', 'b', 'aa')),
    key: fc.oneof({ maxDepth: 2 }, tie('leaf'), fc.array(tie('key'), { maxLength: 3 })),
  })).key
  const sign = (a: Key, b: Key) => Math.sign(compareKeys(a, b))

  it('is an order: antisymmetric and transitive', () => {
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        expect(sign(a, b) + sign(b, a)).toBe(0)
        expect(sign(a, a)).toBe(0)
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('puts a key before every longer one that begins with it', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 3 }), key, (start, next) => {
        expect(sign(start, [...start, next])).toBe(-1)
      }),
      { seed: 2, numRuns: 200 },
    )
  })
})
