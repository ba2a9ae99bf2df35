import { configureStore, createReducer } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { record } from '../../core/outbox/journal.js'
import type { LiveEntry } from '../../core/rows/entry.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { JournalRow, PartitionRow } from '../../core/rows/rows.js'
import { createBroker, delivered as isDelivered } from '../../index.js'
import { acknowledge, createTestWorld, type TestWorld } from '../../testing/index.js'
import {
  added,
  type KeptApp,
  open,
  type PersistWay,
  postClapped,
  storageIn,
  waysOf,
} from '../fixtures/kept-state.fixture.js'
import { byHand, delivered } from '../fixtures/recent-outcomes.fixture.js'

/** Claps go by one broker, items by the other; one slice of the first keeps a log of both. */
function openTwo(world: TestWorld, others: TestWorld, preloadedState?: object) {
  const [tab, other] = [world.tab(), others.tab()]
  const shared = { user: () => 'ada', server: 'idempotent' } as const
  const one = createBroker({ ...shared, routes: [postClapped], world: tab })
  const two = createBroker({ ...shared, routes: [added], world: other, name: 'two', reducerPath: 'two' })
  const log = createReducer({ entries: [] as string[] }, (builder) => {
    builder
      .addMatcher(isDelivered(postClapped), ({ entries }) => void entries.push('c'))
      .addMatcher(isDelivered(added), ({ entries }) => void entries.push('a'))
  })
  const store = configureStore({
    reducer: { log: one.optimistic(log), broker: one.reducer, two: two.reducer },
    ...(preloadedState && { preloadedState }),
    middleware: (getDefault) => getDefault().prepend(one.middleware, two.middleware),
  })
  const crash = () => [tab, other].forEach((realm) => void realm.crash())
  return { store, crash }
}

beforeEach(() => void vi.useFakeTimers())

afterEach(() => void vi.useRealTimers())

describe('saved state', () => {
  it('of a lost database gets all later outcomes', async () => {
    const { kept } = await delivered()
    const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
    const page = open(world, byHand, kept)

    page.store.dispatch(postClapped('p1'))
    await world.settle()

    expect(page.view()).toMatchObject({ claps: { byId: { p1: 9 } }, waiting: 0 })
  })

  it('of another user gets all later outcomes', async () => {
    const { world, kept } = await delivered()
    const page = open(world, byHand, kept, 'bob')

    page.store.dispatch(postClapped('p1'))
    await world.settle()

    expect(page.view()).toMatchObject({ claps: { byId: { p1: 9 } }, waiting: 0 })
  })

  it('of a release without a cursor counts as complete', async () => {
    const { world, kept } = await delivered()
    const { '@redux-broker/told': _, ...claps } = kept['claps'] as Record<string, unknown>

    const page = open(world, byHand, { claps })
    await world.settle()

    expect(page.view().claps.byId).toEqual({ p1: 8 })
  })

  it('does not show its origin to the reducers', async () => {
    const { world, kept } = await delivered()

    const page = open(world, byHand, kept)
    await world.settle()

    expect(Object.keys(kept['claps'] ?? {})).toContain('@redux-broker/told')
    expect(Object.keys(page.view().claps)).toEqual(['byId', 'notes', 'problems'])
  })
})

describe('two brokers of one store', () => {
  it.each([0, 500, 2_000])('tell a slice each outcome once after a reload %i ms later', async (ms) => {
    const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
    const others = createTestWorld({ network: (sent) => acknowledge(sent, {}), seed: 2 })
    let page = openTwo(world, others)
    await world.settle()
    await others.settle()
    for (let i = 0; i < 3; i++) page.store.dispatch(postClapped('p1'))
    await world.clock.advance(ms)
    page.store.dispatch(added('p1'))
    await others.settle()
    const kept = JSON.parse(JSON.stringify(page.store.getState()))
    page.crash()

    page = openTwo(world, others, kept)
    await world.settle()
    await others.settle()
    page.store.dispatch(added('p1'))
    page.store.dispatch(postClapped('p1'))
    await world.settle()
    await others.settle()

    expect(page.store.getState()).toMatchObject({ log: { entries: ['c', 'c', 'c', 'a', 'a', 'c'] } })
  })
})

describe('a delivery without an open page', () => {
  it.each([1_000, 1_500, 9_000])('is shown by state that was saved before, after %i more', async (more) => {
    const way = waysOf(storageIn({}))['getState() as preloadedState, by JSON'] as PersistWay
    const store = memoryStore()
    const world = createTestWorld({ store, network: (sent) => acknowledge(sent, {}) })
    const page = open(world, way)
    await world.settle()
    world.setOnline(false)
    page.store.dispatch(added('second'))
    await world.settle()
    const kept = way.kept?.(page.store.getState()) as KeptApp
    page.tab.crash()
    world.setOnline(true)
    const sender = open(world, way)
    await world.settle()
    expect(world.network.requests).toHaveLength(1)
    // It has not noted yet what it showed.
    sender.tab.crash()
    await store.transact('readwrite', 'relaxed', async (tx) => {
      const [row, note] = [
        (await tx.list(keySpan('partitions', []), 1))[0] as PartitionRow,
        (await tx.list(keySpan('journal', []), 1))[0] as JournalRow,
      ]
      const other = { ...note, id: 'other', action: { type: 'other' }, bytes: 9 } as unknown as LiveEntry
      for (let i = 0; i < more; i++) record(tx, row, other, { kind: 'confirmed' }, note.at)
      tx.put('partitions', row)
    })

    const back = open(world, way, kept)
    await world.settle()

    expect(back.view()).toMatchObject({ waiting: 0 })
    expect(back.view().list.slice(0, 2)).toEqual(['first', 'second'])
  })
})
