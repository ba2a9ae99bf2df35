// One user's flood leaves the page alive, its memory bounded, and the outbox of another user alone.
import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { keySpan } from '../../core/rows/key-spans.js'
import { createBroker, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const sent = write(createAction<number>('sent'), {
  request: (n) => ({ method: 'PUT', url: `/api/items/${n}` }),
})
const signedIn = createAction<string>('signedIn')

it.each([
  [20_000, 1_000],
  [5_000, 5_000],
  [300, 1],
])('%i captures, %i in each turn, fill the outbox of one user only', async (count, ofTurn) => {
  const store = memoryStore()
  const world = createTestWorld({ store })
  world.setOnline(false)
  const broker = createBroker({
    world: world.tab(),
    user: ({ user }: { user: string }) => user,
    routes: [sent],
    limits: { entriesMax: 40 },
  })
  const user = createSlice({
    name: 'user',
    initialState: 'ada',
    reducers: {},
    extraReducers: (builder) => builder.addCase(signedIn, (_state, { payload }) => payload),
  })
  const app = configureStore({
    reducer: { user: user.reducer, broker: broker.reducer },
    middleware: (defaults) =>
      defaults({ serializableCheck: false, immutableCheck: false }).prepend(broker.middleware),
  })
  await broker.ready
  const rows = () => store.transact('readonly', 'relaxed', (tx) => tx.list(keySpan('entries', []), 1e6))

  let refused = 0
  for (let n = 0; n < count; n += ofTurn) {
    const turn = Array.from({ length: ofTurn }, (_, i) => app.dispatch(sent(n + i)).settled)
    for (const receipt of turn)
      void receipt.then(({ status }) => {
        if (status === 'notAccepted') refused += 1
      })
    await world.settle()
  }

  expect(refused).toBe(count - 40)
  expect(await rows()).toHaveLength(40)
  expect(app.getState().broker).toMatchObject({ waiting: 40 })
  expect(Object.keys(app.getState().broker.entries).length).toBeLessThanOrEqual(500)

  app.dispatch(signedIn('bob'))
  await world.settle()
  expect(app.getState().broker).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
  expect(await app.dispatch(sent(1)).accepted).toEqual({ status: 'accepted' })
  expect(await rows()).toHaveLength(41)
})
