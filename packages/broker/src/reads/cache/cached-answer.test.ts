import { describe, expect, it } from 'vitest'
import { answerOf, textOfAnswer } from '../../adapters/contracts/answer-cache-contract.js'
import { memoryAnswerCache } from '../../adapters/memory/memory-answer-cache.js'
import { activate } from '../../core/outbox/partition.js'
import { createTestWorld } from '../../testing/index.js'
import { createWriteTags } from '../consistency/write-tags.js'
import { createCachedAnswer } from './cached-answer.js'

async function open() {
  const world = createTestWorld()
  const { ports } = world.tab()
  await world.store.transact('readwrite', 'relaxed', (tx) =>
    activate(tx, { partition: 'ada', principal: 'ada' }),
  )
  const context = {
    ports,
    answerCache: memoryAnswerCache(),
    bounds: { bytesMax: 1_000, ageMsMax: 1_000 },
    snapshot: { baseUrl: 'https://app.test/', origins: ['https://app.test'] },
    user: async () => ({ partition: 'ada' }),
    principal: 'ada',
    view: { outcomesSince: () => [], onTheirWay: () => [] },
    restored: async () => {},
    written: createWriteTags(new Map(), ports),
    writing: new Map(),
  }
  const found = async (path: string) => {
    const url = `https://app.test/${path}`
    const cachedAnswer = createCachedAnswer(context as never, { url, method: 'GET', headers: [] })
    await cachedAnswer.find()
    return cachedAnswer
  }
  const keep = async (path: string, text: string, headers: readonly (readonly [string, string])[] = []) =>
    (await found(path)).keep({
      kind: 'answer',
      answer: answerOf(text, 0, { headers }).answer,
      fetchedAt: world.clock.now(),
    })
  const find = async (path: string) => textOfAnswer((await found(path)).copy())
  return { world, keep, find }
}

const noStore = [['cache-control', 'no-store']] as const

describe('the kept answer of a request', () => {
  it('exists until it is too old', async () => {
    const { world, keep, find } = await open()
    await keep('a', '1')

    await world.clock.advance(1_000)
    expect(await find('a')).toBe('1')

    await world.clock.advance(1)
    expect(await find('a')).toBeUndefined()
  })

  it('has the age of the server’s last confirmation', async () => {
    const { world, keep, find } = await open()
    await keep('a', '1')
    await world.clock.advance(800)

    await keep('a', '1')

    await world.clock.advance(800)
    expect(await find('a')).toBe('1')
  })

  it('is removed if the server says no-store', async () => {
    const { keep, find } = await open()
    for (const path of ['a', 'b']) await keep(path, '1')

    await keep('a', '2', noStore)

    expect([await find('a'), await find('b')]).toEqual([undefined, '1'])
  })
})
