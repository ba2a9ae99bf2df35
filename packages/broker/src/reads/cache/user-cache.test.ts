import { describe, expect, it } from 'vitest'
import { answerOf, textOfAnswer, wide } from '../../adapters/contracts/answer-cache-contract.js'
import { memoryAnswerCache } from '../../adapters/memory/memory-answer-cache.js'
import { activate, deactivate } from '../../core/outbox/partition.js'
import type { AnswerCache } from '../../core/reads/cache/answer-cache-port.js'
import { createTestWorld } from '../../testing/index.js'
import { clearSignedOutUsers, keepForUser } from './user-cache.js'

async function open({ answerCache = memoryAnswerCache() }: { readonly answerCache?: AnswerCache } = {}) {
  const world = createTestWorld()
  const { ports } = world.tab()
  const signIn = (partition: string) =>
    world.store.transact('readwrite', 'relaxed', (tx) => activate(tx, { partition, principal: partition }))
  const signOut = () => world.store.transact('readwrite', 'relaxed', async (tx) => deactivate(tx, 'ada', 0))
  await signIn('ada')
  const keep = (key: string, text: string) =>
    keepForUser({ answerCache, ports, bounds: wide }, 'ada', key, answerOf(text))
  const find = async (key: string) => textOfAnswer(await answerCache.find('ada', key))
  return { ports, answerCache, keep, find, signIn, signOut }
}

describe('the kept answers of a user', () => {
  it('are not written once the user has left, in any tab', async () => {
    const { keep, find, signOut, signIn } = await open()
    await keep('before', '1')
    await signOut()

    await keep('a', '1')
    await keep('before', '2')
    expect([await find('a'), await find('before')]).toEqual([undefined, '1'])

    await signIn('grace')
    await keep('a', '1')
    expect(await find('a')).toBeUndefined()
  })

  it('are removed if the user leaves while they are written', async () => {
    const memory = memoryAnswerCache()
    let leave = async () => {}
    const slow: AnswerCache = {
      ...memory,
      async keep(...given) {
        // All of the sign-out happens here, the clearing included.
        await leave()
        await memory.keep(...given)
      },
    }
    const { ports, keep, find, signOut } = await open({ answerCache: slow })
    await memory.keep('ada', 'a', answerOf('before'), wide)
    leave = async () => {
      await signOut()
      await clearSignedOutUsers(memory, ports, 'ada')
    }

    await keep('a', '1')

    expect(await find('a')).toBeUndefined()
  })

  it('are not written if the storage of the rows fails', async () => {
    const { ports, answerCache, keep, find } = await open()
    const broken = { ...ports, store: { ...ports.store, transact: () => Promise.reject(new Error('no')) } }
    await keep('a', '1')

    await keepForUser({ answerCache, ports: broken, bounds: wide }, 'ada', 'b', answerOf('2'))
    await clearSignedOutUsers(answerCache, broken)

    expect([await find('a'), await find('b')]).toEqual(['1', undefined])
  })
})

describe('when users come and go', () => {
  async function shared() {
    const app = await open()
    for (const user of ['ada', 'grace']) await app.answerCache.keep(user, 'a', answerOf(user), wide)
    const left = async () => {
      const both = ['ada', 'grace'].map(async (user) => textOfAnswer(await app.answerCache.find(user, 'a')))
      return (await Promise.all(both)).filter((text) => text !== undefined)
    }
    return { ...app, left }
  }

  it('only copies of the signed-in user stay', async () => {
    const { answerCache, ports, left } = await shared()

    await clearSignedOutUsers(answerCache, ports)

    expect(await left()).toEqual(['ada'])
  })

  it('no copy stays once nobody is signed in, even if the leaving page did not clear them', async () => {
    const { answerCache, ports, left, signOut } = await shared()
    await signOut()

    await clearSignedOutUsers(answerCache, ports)

    expect(await left()).toEqual([])
  })

  it('the answers of the leaving user are deleted, even if the rows could not be written', async () => {
    const { answerCache, ports, left } = await shared()

    await clearSignedOutUsers(answerCache, ports, 'ada')

    expect(await left()).toEqual([])
  })
})
