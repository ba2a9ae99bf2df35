import { describe, expect, it } from 'vitest'
import { openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'

const junk: readonly unknown[] = [undefined, null, 7, '', {}, []]

const spoilSalt = ({ store }: TestWorld, value: unknown) =>
  store.transact('readwrite', 'strict', async (tx) => {
    if (value === undefined) tx.delete('settings', ['salt'])
    else tx.put('settings', { name: 'salt', value: value as string })
  })

/** Two claps of ada's wait, and her page is closed. */
async function left(): Promise<TestWorld> {
  const world = createTestWorld()
  world.setOnline(false)
  const app = openApp(world)
  app.clap('p1')
  app.clap('p2')
  await world.settle()
  await app.broker.stop()
  return world
}

describe('a salt that is damaged', () => {
  it.each(junk)(
    'under an open page is written again, and later pages find its entries: %j',
    async (value) => {
      const world = createTestWorld()
      world.setOnline(false)
      const app = openApp(world)
      app.clap('p1')
      await world.settle()
      await spoilSalt(world, value)
      app.clap('p2')
      await world.settle()

      const other = openApp(world)
      await world.settle()
      expect(other.outbox().waiting).toBe(2)
      world.setOnline(true)
      await world.settle()
      expect(world.network.requests).toHaveLength(2)
      expect(world.reports).toEqual([])
    },
  )

  it.each([...junk, 'another'])(
    'without any copy leaves its entries unsent, the user is told, and new entries go on: %j',
    async (value) => {
      const world = await left()
      await spoilSalt(world, value)
      world.setOnline(true)
      const app = openApp(world)
      await world.settle()
      app.clap('p3')
      await world.clock.advance(20_000)

      expect(app.outbox()).toMatchObject({ waiting: 0, lost: { upTo: 2, restored: 0 } })
      expect(world.network.requests.map(({ url }) => url)).toEqual(['https://app.test/api/posts/p3/claps'])
      expect(world.reports).toHaveLength(value === 'another' ? 0 : 1)
    },
  )

  it('is reported to the console, and not to the next user', async () => {
    const world = await left()
    await spoilSalt(world, 7)
    world.setOnline(true)
    const app = openApp(world, { who: 'bob' })
    await world.settle()
    app.store.dispatch(signedOut())
    await world.settle()
    app.store.dispatch(signedIn('ada'))
    await world.settle()

    expect(app.outbox()).toMatchObject({ waiting: 0, lost: undefined })
    expect(world.network.requests).toEqual([])
    expect(world.reports.map(String)).toEqual([expect.stringContaining('salt')])
  })
})
