import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clapped, openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { write } from '../../redux/write.js'
import { createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('users who change faster than the rows are written (P6)', () => {
  it.each([
    ['a new one and back', ['bob', 'ada'], 'ada'],
    ['a new one, nobody, and back', ['bob', undefined, 'ada'], 'ada'],
    ['two new ones', ['bob', 'eve'], 'eve'],
    ['a new one who leaves', ['bob', undefined], undefined],
  ] as const)('leave the session to the last user: %s', async (_, users, last) => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()

    for (const user of users) app.store.dispatch(user === undefined ? signedOut() : signedIn(user))
    await world.settle()
    const active = await world.store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['active']))
    app.clap('p1')
    await world.settle()

    expect((active as { principal?: string } | undefined)?.principal).toBe(last)
    expect(world.network.requests.map(({ principal }) => principal)).toEqual(last === undefined ? [] : [last])
  })

  it('send no entry that was still knocking when another user signed in in another tab', async () => {
    const world = createTestWorld()
    const tab = world.tab()
    const { knock } = tab.ports.network
    let isAnswered = () => {}
    const answered = new Promise<void>((resolve) => {
      isAnswered = resolve
    })
    Object.assign(tab.ports.network, {
      knock: async (...given: Parameters<typeof knock>) => {
        await answered
        return knock(...given)
      },
    })
    const route = write(clapped, { request: () => ({ url: '/api/claps' }), server: 'plain' })
    const ada = openApp(world, { tab, routes: [route] })
    await world.settle()
    ada.store.dispatch(route({ postId: 'p1' }))
    await world.settle()

    openApp(world, { who: 'bob' })
    await world.settle()
    isAnswered()
    await world.clock.advance(5_000)

    expect(world.network.requests).toEqual([])
  })
})
