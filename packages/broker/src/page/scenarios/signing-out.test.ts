import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

describe('signing out', () => {
  it('removes the pending changes from the view and sends nothing more, in any tab', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    const other = openApp(world)
    app.clap('p1')
    await world.settle()

    app.store.dispatch(signedOut())
    await world.settle()
    world.setOnline(true)
    other.tab.host.focus()
    await world.settle()

    expect(app.post('p1')?.claps).toBe(0)
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
    expect(world.network.requests).toHaveLength(0)
  })

  it('keeps the entries for the next sign-in', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()
    app.store.dispatch(signedOut())
    world.setOnline(true)
    await world.settle()

    app.store.dispatch(signedIn('ada'))
    await world.settle()

    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['ada'])
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty string', ''],
    ['no number', Number.NaN],
  ])('refuses captures as signedOut if `user` returns %s', async (_name, user) => {
    const world = createTestWorld()
    const app = openApp(world, { user: () => user as undefined })

    const receipt = app.clap('p1')
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'signedOut' })
    expect(app.post('p1')?.claps).toBe(0)
    expect(world.network.requests).toHaveLength(0)
  })

  it('shows nobody who comes later an action that was refused meanwhile', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    app.store.dispatch(signedOut())
    for (const id of ['p1', 'p2']) await app.clap(id).settled

    app.store.dispatch(signedIn('bob'))
    await world.settle()

    expect(app.types()).toContain('posts/clapped/notAccepted')
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
  })

  it('and in again at once leaves the user signed in', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()

    app.store.dispatch(signedOut())
    app.store.dispatch(signedIn('ada'))
    app.clap('p1')
    await world.settle()

    expect(world.network.requests).toHaveLength(1)
  })

  it('also happens when `user` throws, which is reported', async () => {
    const world = createTestWorld()
    const app = openApp(world, {
      user() {
        throw new Error('selector')
      },
    })

    const receipt = app.clap('p1')

    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'signedOut' })
    expect(String(world.reports[0])).toContain('selector')
  })
})

it('the name of a partition does not reveal the user', async () => {
  const world = createTestWorld()
  const app = openApp(world, { who: 'ada@example.com' })
  app.clap('p1')
  await world.settle()

  const row = await world.store.transact('readonly', 'relaxed', (tx) =>
    tx.list({ store: 'partitions', from: [''], to: [[]] }, 10),
  )

  expect(row).toHaveLength(1)
  expect(JSON.stringify(row)).not.toContain('ada@')
})

it('the name of a user’s partition differs in every database, so that no table of hashes reveals the user', async () => {
  const nameIn = async (seed: number) => {
    const world = createTestWorld({ seed })
    openApp(world)
    await world.settle()
    const active = await world.store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['active']))
    return active?.name === 'active' ? active.partition : undefined
  }

  expect(await nameIn(1)).not.toBe(await nameIn(2))
})
