import { expect, it } from 'vitest'
import { describeStore, type StoreUnderTest } from '../contract/store-contract.js'
import { type MemoryTransaction, memoryStore } from './memory-store.js'

function openMemory(): StoreUnderTest<MemoryTransaction> {
  const store = memoryStore()
  const effectsIn = (tx: MemoryTransaction) => (tx.get('effects') ?? []) as string[]
  return {
    store,
    addEffect: (tx, name) => tx.set('effects', [...effectsIn(tx), name]),
    effects: () => store.transaction(effectsIn),
    close: () => {},
  }
}

describeStore('memoryStore', openMemory)

it('stores and returns copies, so that only set changes a value', async () => {
  const store = memoryStore()
  const list = ['a']
  await store.transaction((tx) => tx.set('list', list))
  list.push('b')
  await store.transaction((tx) => (tx.get('list') as string[]).push('c'))
  expect(await store.transaction((tx) => tx.get('list'))).toEqual(['a'])
})

it('restores the deleted values of a rolled back transaction', async () => {
  const store = memoryStore()
  await store.transaction((tx) => tx.set('name', 1))
  const undone = store.transaction((tx) => {
    tx.delete('name')
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  expect(await store.transaction((tx) => tx.get('name'))).toBe(1)
  await store.transaction((tx) => tx.delete('name'))
  expect(await store.transaction((tx) => tx.get('name'))).toBeUndefined()
})
