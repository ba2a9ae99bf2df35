import { afterEach, describe, expect, it, vi } from 'vitest'
import { liked, makeBroker, makeStore, openApp } from '../../../test/page-fixture.js'
import { acknowledge, createTestWorld } from '../../testing/index.js'

afterEach(() => vi.restoreAllMocks())

describe('two live stores on one database', () => {
  const two = async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const tab = world.tab()
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broker = makeBroker(tab)
    return { world, tab, error, broker, first: makeStore(broker).store, second: makeStore(broker).store }
  }
  const like = (postId: string) => liked({ postId })

  it.each([
    ['first', 'second'],
    ['second', 'first'],
  ] as const)(
    'made in one turn, as under StrictMode: the %s works when it is used, the %s rests',
    async (used, other) => {
      const { world, error, ...stores } = await two()
      await world.settle()

      const receipt = stores[used].dispatch(like('p1'))
      await world.settle()
      const shown = stores[used].getState().posts.byId['p1']?.likedByMe
      const elsewhere = stores[other].getState().broker.waiting
      world.setOnline(true)
      await world.settle()

      expect((await receipt.settled).status).toBe('delivered')
      expect([shown, elsewhere]).toEqual([true, 0])
      expect(stores[used].getState().broker.waiting).toBe(0)
      expect(world.network.requests).toHaveLength(1)
      expect(error).not.toHaveBeenCalled()
    },
  )

  it('show waiting entries in both, before one is used', async () => {
    const { world, tab, broker, first } = await two()
    first.dispatch(like('p1'))
    await world.settle()
    await broker.stop()

    const again = makeBroker(tab)
    const [one, other] = [makeStore(again).store, makeStore(again).store]
    await again.ready

    expect(one.getState().posts.byId['p1']?.likedByMe).toBe(true)
    expect(other.getState().posts.byId['p1']?.likedByMe).toBe(true)
  })

  it('do not count dispatches while a store is made as its use', async () => {
    const world = createTestWorld()
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broker = makeBroker(world.tab())
    const make = () => {
      const { store } = makeStore(broker)
      store.dispatch({ type: 'started' })
      return store
    }
    const [first] = [make(), make()]
    await world.settle()

    const receipt = first.dispatch(like('p1'))
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(error).not.toHaveBeenCalled()
  })

  it('made one after the other: the newer one takes over waiting entries', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broker = makeBroker(world.tab())
    const old = makeStore(broker).store
    await world.settle()
    old.dispatch(like('p1'))
    await world.settle()

    const next = makeStore(broker).store
    await broker.ready
    const before = next.getState().posts.byId['p1']?.likedByMe
    next.dispatch(like('p2'))
    await world.settle()
    world.setOnline(true)
    await world.settle()

    expect(before).toBe(true)
    expect(next.getState().broker.waiting).toBe(0)
    expect(world.network.requests).toHaveLength(2)
    expect(old.getState().broker.waiting).toBe(1)
    expect(error).not.toHaveBeenCalled()
  })

  it('both in use: both work, catch up after their rest, and one warning comes', async () => {
    const { world, error, first, second } = await two()
    await world.settle()
    world.setOnline(true)
    first.dispatch(like('p1'))
    await world.settle()
    second.dispatch(like('p2'))
    await world.settle()

    const receipt = first.dispatch(like('p3'))
    await world.settle()
    second.dispatch({ type: 'any' })
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(first.getState().posts.byId['p2']?.likedByMe).toBe(true)
    expect(second.getState().posts.byId['p3']?.likedByMe).toBe(true)
    expect([first.getState().broker.waiting, second.getState().broker.waiting]).toEqual([0, 0])
    expect(error.mock.calls.flat()).toEqual([
      expect.stringMatching(/database 'redux-broker'.*its own `name`.*broker\.stop\(\).*import\.meta\.hot/),
    ])
  })

  it('are all ended by stop()', async () => {
    const { world, broker, first, second } = await two()
    await world.settle()
    first.dispatch(like('p1'))
    await world.settle()
    await broker.stop()
    makeStore(broker)

    const receipt = second.dispatch(like('p2'))
    world.setOnline(true)
    await world.clock.advance(60_000)

    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'storageUnavailable' })
    expect(world.network.requests.map(({ url }) => url)).toEqual(['https://app.test/api/posts/p1/like'])
  })

  it('live together under two names', () => {
    const world = createTestWorld()
    const tab = world.tab()
    openApp(world, { tab })

    expect(() => openApp(world, { tab, name: 'other' })).not.toThrow()
  })

  it('need a store first: createBroker alone opens nothing', () => {
    const world = createTestWorld()
    const tab = world.tab()
    const transact = vi.spyOn(world.store, 'transact')

    makeBroker(tab)
    makeBroker(tab)

    expect(transact).not.toHaveBeenCalled()
  })
})

it('two worlds share no rejected answer', async () => {
  const full = createTestWorld({ network: (request) => acknowledge(request, {}, 422) })
  const fine = createTestWorld()
  const one = openApp(full)
  const other = openApp(fine)

  one.clap('p1')
  other.clap('p1')
  await full.settle()
  await fine.settle()

  expect(one.outbox().deadLetters).toBe(1)
  expect(other.outbox().deadLetters).toBe(0)
})
