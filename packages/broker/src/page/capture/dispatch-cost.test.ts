// One dispatch goes through as many items at any depth of the outbox, so that no tap gets slower.
import { createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import { applyMiddleware, combineReducers, legacy_createStore } from 'redux'
import { describe, expect, it, vi } from 'vitest'
import { type BrokerDispatch, createBroker, write } from '../../index.js'
import { itemsVisited } from '../../redux/fixtures/visits.fixture.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'

const liked = write(createAction<{ post: string; n: number }>('posts/liked'), {
  request: (like) => ({ url: '/api/likes', body: like }),
  lane: ({ post }) => post,
})

const posts = createSlice({
  name: 'posts',
  initialState: { likes: {} as Record<string, number> },
  reducers: {},
  extraReducers: (builder) =>
    builder.addCase(liked, ({ likes }, { payload: { post } }) => {
      likes[post] = (likes[post] ?? 0) + 1
    }),
})

/** A page, offline, with so many likes on disk. Its store makes room, as in a browser. */
async function openPage(waiting: number, world: TestWorld = createTestWorld()) {
  world.setOnline(false)
  const tab = world.tab()
  const { randomSource, store: disk } = tab.ports
  const id = vi.fn(randomSource.id)
  const bytes = vi.fn(randomSource.bytes)
  const ports = {
    ...tab.ports,
    store: { ...disk, async makeRoom() {} },
    randomSource: { ...randomSource, id, bytes },
  }
  const broker = createBroker({
    user: () => 'ada',
    routes: [liked],
    produce: createNextState,
    world: { ...tab, ports },
  })
  const reducer = combineReducers({
    posts: broker.optimistic(posts.reducer),
    [broker.reducerPath]: broker.reducer,
  })
  const store = legacy_createStore(reducer, undefined, applyMiddleware(broker.middleware))
  await world.settle()
  let n = 0
  const dispatch = store.dispatch as BrokerDispatch
  const tap = () => dispatch(liked({ post: `p${n % 20}`, n: n++ }))
  while (n < waiting) tap()
  await world.settle()
  return { world, tap, id, bytes, slice: () => store.getState().broker }
}

const taps = 100

async function visitsOf100(waiting: number): Promise<number> {
  const { tap } = await openPage(waiting)
  return itemsVisited(() => {
    for (let i = 0; i < taps; i++) tap()
  })
}

describe('a dispatch of a write', () => {
  it('goes through as many items with 4,000 waiting as with none', async () => {
    const [none, some, many] = [await visitsOf100(0), await visitsOf100(1_000), await visitsOf100(4_000)]

    expect(none / taps).toBeLessThan(400)
    expect(some).toBeLessThan(1.2 * none)
    expect(many).toBeLessThan(1.2 * none)
  })

  it('draws one id', async () => {
    const { tap, id, bytes } = await openPage(0)
    id.mockClear()
    bytes.mockClear()

    tap()

    expect([id, bytes].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  })

  it('is in `entries` when it returns', async () => {
    const { tap, slice } = await openPage(600)
    const { id } = tap()

    expect(slice().entries[id]).toMatchObject({ id, state: 'capturing' })
    expect(Object.keys(slice().entries)).toHaveLength(500)
  })
})

describe('the reserve for a full disk', () => {
  it('is made before the first capture of a device, which draws nothing for it', async () => {
    const { world, tap, bytes } = await openPage(0)
    const before = bytes.mock.calls.length

    tap()
    await world.settle()

    expect([before, bytes.mock.calls.length]).toEqual([1, 1])
  })
})
