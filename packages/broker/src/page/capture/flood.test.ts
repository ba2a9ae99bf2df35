import { configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import type { Store } from '../../core/rows/store-port.js'
import { createBroker, discardAll, notAccepted, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

const sent = write(createAction<{ n: number; text?: string }>('items/sent'), {
  request: ({ n }) => ({ method: 'PUT', url: `/api/items/${n}` }),
})

/** An app, offline, that counts what its reducer and its store are asked for. */
async function open(limits: object) {
  const plain = memoryStore()
  const asked = { reduced: 0, transactions: 0 }
  let isGone = false
  const store: Store = {
    ...plain,
    transact: async (...given) => {
      asked.transactions += 1
      if (isGone) throw new DOMException('gone', 'UnknownError')
      return plain.transact(...given)
    },
  }
  const items = createSlice({
    name: 'items',
    initialState: { shown: 0, refused: 0 },
    reducers: {},
    extraReducers: (builder) =>
      builder
        .addCase(sent, (state) => {
          asked.reduced += 1
          state.shown += 1
        })
        .addMatcher(notAccepted(sent), (state) => {
          state.refused += 1
        }),
  })
  const world = createTestWorld({ store })
  world.setOnline(false)
  const openTab = () => {
    const broker = createBroker({
      world: world.tab(),
      user: () => 'ada',
      routes: [sent],
      produce: createNextState,
      limits,
    })
    const app = configureStore({
      reducer: { items: broker.optimistic(items.reducer), broker: broker.reducer },
      middleware: (defaults) => defaults().prepend(broker.middleware),
    })
    return { broker, app }
  }
  const tab = openTab()
  await world.settle()
  const { app } = tab
  let next = 0
  const flood = (count: number, text = '') =>
    Array.from({ length: count }, () => app.dispatch(sent({ n: next++, text })))
  const fails = () => {
    isGone = true
    return () => {
      isGone = false
    }
  }
  return { ...tab, world, openTab, asked, flood, fails, state: () => app.getState() }
}

const refused = { status: 'notAccepted', reason: 'outboxFull' }

describe('a flood of captures (P10)', () => {
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
  afterEach(() => void vi.restoreAllMocks())

  it('of one turn fills the room of the outbox, and replays nothing for the rest', async () => {
    const { world, flood, asked, state } = await open({ entriesMax: 40 })

    const receipts = flood(1_000)
    const shown = state().items.shown
    await world.settle()

    expect(shown).toBe(40)
    expect(await Promise.all(receipts.slice(40).map(({ settled }) => settled))).toEqual(
      Array(960).fill(refused),
    )
    expect(state().items).toEqual({ shown: 40, refused: 960 })
    expect(asked.reduced).toBe(40)
    expect(console.error).toHaveBeenCalledTimes(1)
  })

  it.each([1, 2, 300])('of %i at the limit does not ask the storage, and replays nothing', async (count) => {
    const { world, flood, asked, state } = await open({ entriesMax: 40 })
    flood(40)
    await world.settle()
    flood(1)
    await world.settle()
    Object.assign(asked, { reduced: 0, transactions: 0 })

    const receipts = flood(count)
    await world.settle()

    expect(await Promise.all(receipts.map(({ settled }) => settled))).toEqual(Array(count).fill(refused))
    expect(state().items).toEqual({ shown: 40, refused: count + 1 })
    expect(asked).toEqual({ reduced: 0, transactions: 0 })
  })

  it.each([
    ['nothing is known of the room', (): void => {}],
    ['the storage is gone', ({ break: fail }: { break(): unknown }) => void fail()],
  ])('of one is undone without a replay if %s', async (_where, prepare) => {
    const { world, flood, asked, state, fails } = await open({ entriesMax: 40 })
    flood(40)
    await world.settle()
    prepare({ break: fails })
    Object.assign(asked, { reduced: 0 })

    const before = state().items
    const [receipt] = flood(1)
    expect(state().items.shown).toBe(41)
    await world.settle()

    expect((await receipt?.settled)?.status).toBe('notAccepted')
    expect(state().items).toEqual({ ...before, refused: 1 })
    expect(asked.reduced).toBe(1)
  })

  it('of 300 without a storage rebases once', async () => {
    const { world, flood, asked, state, fails } = await open({ entriesMax: 1_000 })
    flood(40)
    await world.settle()
    fails()
    Object.assign(asked, { reduced: 0 })

    const receipts = flood(300)
    await world.settle()

    const unavailable = { status: 'notAccepted', reason: 'storageUnavailable' }
    expect(await Promise.all(receipts.map(({ settled }) => settled))).toEqual(Array(300).fill(unavailable))
    expect(state().items).toEqual({ shown: 40, refused: 300 })
    expect(asked.reduced).toBe(300 + 40)
  })

  it('pauses for a second before it asks a storage that failed three times', async () => {
    const { world, flood, asked, state, fails } = await open({ entriesMax: 1_000 })
    const restore = fails()
    for (let i = 0; i < 3; i++) {
      flood(1)
      await world.settle()
    }
    Object.assign(asked, { reduced: 0, transactions: 0 })

    const receipts = flood(300)
    await world.settle()

    const unavailable = { status: 'notAccepted', reason: 'storageUnavailable' }
    expect(await Promise.all(receipts.map(({ settled }) => settled))).toEqual(Array(300).fill(unavailable))
    expect(state().items).toEqual({ shown: 0, refused: 303 })
    expect(asked).toEqual({ reduced: 0, transactions: 0 })

    restore()
    await world.clock.advance(1_000)
    const [receipt] = flood(1)
    await world.settle()
    expect(await receipt?.accepted).toEqual({ status: 'accepted' })
  })

  it('lets a storage that failed twice take the next capture at once', async () => {
    const { world, flood, fails } = await open({ entriesMax: 1_000 })
    for (let i = 0; i < 3; i++) {
      const restore = fails()
      flood(2)
      await world.settle()
      flood(1)
      await world.settle()
      restore()
      const [receipt] = flood(1)
      await world.settle()
      expect(await receipt?.accepted).toEqual({ status: 'accepted' })
    }
  })

  it('at the limit is listed like single refused captures, the newest first', async () => {
    const { world, flood, state } = await open({ entriesMax: 3 })
    flood(3)
    await world.settle()
    const receipts = flood(520)
    await world.settle()

    const { entries, waiting } = state().broker
    expect(waiting).toBe(3)
    expect(Object.keys(entries)).toHaveLength(500)
    const last = receipts.at(-1)?.id ?? ''
    expect(entries[last]).toMatchObject({ state: 'notAccepted', reason: 'outboxFull', type: 'items/sent' })
    expect(entries[receipts.at(-2)?.id ?? '']).toMatchObject({ state: 'notAccepted', reason: 'outboxFull' })
  })

  it.each(['this tab', 'another tab'])('is accepted again as soon as %s has made room', async (who) => {
    const { world, flood, broker, openTab } = await open({ entriesMax: 3 })
    const other = openTab()
    await world.settle()
    flood(5)
    await world.settle()

    if (who === 'this tab') void discardAll(broker)
    else void discardAll(other.broker)
    await world.settle()
    const [receipt] = flood(1)
    await world.settle()

    expect(await receipt?.accepted).toEqual({ status: 'accepted' })
  })

  it('is tried again after a second if no tab reports room', async () => {
    const { world, flood, asked } = await open({ entriesMax: 3 })
    flood(5)
    await world.settle()
    await world.clock.advance(1_000)
    Object.assign(asked, { transactions: 0 })

    flood(5)
    await world.settle()

    expect(asked.transactions).toBeGreaterThan(0)
  })

  it('leaves room for a small capture after a large one was refused for its bytes', async () => {
    const { world, flood, asked } = await open({ bytesMax: 2_000 })
    flood(1, 'x'.repeat(1_200))
    await world.settle()
    flood(1, 'x'.repeat(1_200))
    await world.settle()
    Object.assign(asked, { transactions: 0 })

    const [large] = flood(1, 'x'.repeat(1_200))
    await world.settle()
    expect(asked.transactions).toBe(0)
    expect(await large?.settled).toEqual(refused)

    const [small] = flood(1)
    await world.settle()
    expect(await small?.accepted).toEqual({ status: 'accepted' })
  })
})
