import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const load = read(createAction<string>('load'), { request: (url) => url })

async function ask(url: string, headers: Readonly<Record<string, string>>, user: string | undefined = 'ada') {
  const world = createTestWorld({ network: answer(200, { of: 'somebody' }, headers) })
  const origins = ['https://api.test', 'https://other.test']
  const app = openReads(world, { routes: [load], origins, how: { userHeader: 'x-user' }, who: user })
  const receipt = app.dispatch(load(url))
  const fetched = app.broker.fetch(url).then(
    ({ status }) => status,
    ({ message }: Error) => message,
  )
  await world.clock.advance(60_000)
  return { settled: await receipt.settled, fetched: await fetched, wire: app.wire() }
}

describe('an answer of another origin without a visible `userHeader`', () => {
  it.each(['https://api.test/me', 'https://other.test/me'])(
    'is given to no subscriber, and reported: %s',
    async (url) => {
      const { settled, fetched, wire } = await ask(url, {})

      expect(settled).toMatchObject({ status: 'returned', reason: 'userUnknown' })
      expect(fetched).toMatch(/userUnknown/)
      expect(wire).toEqual(['/me'])
      expect(vi.mocked(console.error).mock.calls.flat().join()).toMatch(/x-user|userHeader/)
    },
  )

  it('is given if its header names this user, and not another', async () => {
    expect((await ask('https://api.test/me', { 'x-user': 'ada' })).settled.status).toBe('delivered')
    expect((await ask('https://api.test/me', { 'x-user': 'bob' })).settled).toMatchObject({
      reason: 'wrongUser',
    })
  })

  it('is given while nobody is signed in, as is one of the page’s own origin', async () => {
    const world = createTestWorld({ network: answer(200, {}) })
    const app = openReads(world, {
      routes: [load],
      origins: ['https://api.test'],
      how: { userHeader: 'x-user' },
      who: undefined,
    })
    const receipt = app.dispatch(load('https://api.test/me'))
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect((await ask('/api/me', {})).settled.status).toBe('delivered')
  })
})
