import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clapped, liked, openApp, refetched } from '../../../test/page-fixture.js'
import { outboxEntries, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'
import { countingStore } from '../fixtures/capture.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('capturing', () => {
  it('commits all captures of a turn in one transaction', async () => {
    const { store, batches } = countingStore()
    const world = createTestWorld({ store })
    world.setOnline(false)
    const app = openApp(world)
    await world.settle()

    for (let i = 0; i < 5; i++) app.clap('p1')
    app.clap('p2')
    await world.settle()
    app.clap('p3')
    await world.settle()

    expect(batches).toEqual([6, 1])
  })

  it('captures an action that is dispatched right after the store is made', async () => {
    const world = createTestWorld()
    const app = openApp(world)

    const receipt = app.like('p1')
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
  })

  it('passes the marked action to the reducers and returns the receipt through all middleware', () => {
    const world = createTestWorld()
    const app = openApp(world)

    const receipt = app.like('p1')
    const plain = app.store.dispatch(refetched({}))
    const [first, second] = app.actions

    expect(first).toMatchObject({
      type: 'posts/liked',
      payload: { postId: 'p1' },
      meta: { broker: { entryId: receipt.id, lane: 'post:p1' } },
    })
    expect(second).toBe(plain)
    expect(plain).toEqual(refetched({}))
  })

  it('keeps an app’s own meta beside its mark, and stores the action without the mark', async () => {
    const noted = write(
      Object.assign((postId: string) => ({ type: 'noted', payload: postId, meta: { from: 'feed' } }), {
        type: 'noted',
        match: (action: unknown) => (action as { type: string }).type === 'noted',
      }),
      { request: (postId) => ({ url: `/notes/${postId}` }) },
    )
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world, { routes: [noted] })

    app.store.dispatch(noted('p1'))
    await world.settle()
    const [entry] = await outboxEntries(app.broker)

    expect(app.actions[0]).toMatchObject({
      meta: { from: 'feed', broker: { lane: 'https://app.test/notes/p1' } },
    })
    expect(entry?.action).toEqual({ type: 'noted', payload: 'p1', meta: { from: 'feed' } })
  })

  it('passes thunks through, and captures the actions that they dispatch', async () => {
    const world = createTestWorld()
    const app = openApp(world)

    const receipt = app.store.dispatch((dispatch: typeof app.store.dispatch) =>
      dispatch(liked({ postId: 'p1' })),
    )
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
  })

  it('keeps the write if a reducer throws, and reports the error (P13)', async () => {
    const world = createTestWorld()
    const app = openApp(world, {
      wrap: (reducer) => (state, action) => {
        if (liked.match(action)) throw new Error('reducer')
        return reducer(state, action)
      },
    })

    const receipt = app.like('p1')
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(String(world.reports[0])).toContain('reducer')
  })

  it('keeps the write if a subscriber throws', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    const unsubscribe = app.store.subscribe(() => {
      throw new Error('subscriber')
    })

    const receipt = app.like('p1')
    unsubscribe()
    await world.settle()

    expect((await receipt.accepted).status).toBe('accepted')
    expect(String(world.reports[0])).toContain('subscriber')
  })
})

describe('the outbox’s limits (P10)', () => {
  it('rejects as outboxFull beyond entriesMax, and keeps what was accepted', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world, { limits: { entriesMax: 2 } })
    await world.settle()

    app.clap('p1')
    await world.settle()
    const second = app.clap('p1')
    const third = app.clap('p1')
    await world.settle()

    expect(await second.accepted).toEqual({ status: 'accepted' })
    expect(await third.settled).toEqual({ status: 'notAccepted', reason: 'outboxFull' })
    expect(app.post('p1')).toMatchObject({ claps: 2, problem: 'outboxFull' })
    expect(app.outbox()).toMatchObject({ waiting: 2 })
    expect(app.outbox().entries[third.id]).toMatchObject({ state: 'notAccepted', reason: 'outboxFull' })
    expect(await outboxEntries(app.broker)).toHaveLength(2)
  })

  it('rejects as outboxFull beyond bytesMax', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world, { limits: { bytesMax: 400 } })

    const first = app.store.dispatch(clapped({ postId: 'p1', note: 'x'.repeat(100) }))
    const second = app.store.dispatch(clapped({ postId: 'p1', note: 'x'.repeat(100) }))
    await world.settle()

    expect((await first.accepted).status).toBe('accepted')
    expect(await second.settled).toEqual({ status: 'notAccepted', reason: 'outboxFull' })
  })

  it('keeps a flood of captures in one turn within the limit, in memory too', async () => {
    const world = createTestWorld()
    const app = openApp(world, { limits: { entriesMax: 3 } })
    await world.settle()

    const receipts = Array.from({ length: 10 }, () => app.clap('p1'))
    const settledAtOnce = app.post('p1')?.claps
    await world.settle()

    expect(settledAtOnce).toBe(3)
    expect(await Promise.all(receipts.slice(3).map(({ settled }) => settled))).toEqual(
      Array(7).fill({ status: 'notAccepted', reason: 'outboxFull' }),
    )
  })
})
