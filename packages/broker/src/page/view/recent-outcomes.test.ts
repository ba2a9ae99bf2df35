// Kept state says how far it holds what happened: a reload at any time tells it nothing twice, and leaves nothing out.
import { configureStore, createReducer } from '@reduxjs/toolkit'
import fc from 'fast-check'
import { persistStore } from 'redux-persist'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { record } from '../../core/outbox/journal.js'
import type { LiveEntry } from '../../core/rows/entry.js'
import type { JournalRow, PartitionRow } from '../../core/rows/rows.js'
import { within } from '../../core/rows/spans.js'
import { createBroker, delivered as isDelivered } from '../../index.js'
import { acknowledge, createTestWorld, type TestWorld } from '../../testing/index.js'
import {
  added,
  type KeptApp,
  names,
  open,
  type PersistWay,
  postClapped,
  postLoaded,
  storageIn,
  waysOf,
} from '../fixtures/kept-state.fixture.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Step =
  | { readonly do: 'clap' | 'add' | 'online' | 'offline' | 'write' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'reload'; readonly brokerFirst: boolean }

/** An app that is opened again and again over the same disk. */
async function begin(name: string) {
  const kept: KeptApp = {}
  const way = waysOf(storageIn(kept))[name] as PersistWay
  const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
  let saved: KeptApp | undefined
  let page = open(world, way)

  /** redux-persist writes state down by timers. */
  async function write(): Promise<void> {
    saved = way.kept?.(page.store.getState()) as KeptApp | undefined
    await vi.advanceTimersByTimeAsync(100)
  }

  async function start(brokerFirst = false): Promise<void> {
    if (brokerFirst) await world.settle()
    if (way.kept === undefined) persistStore(page.store)
    await vi.advanceTimersByTimeAsync(100)
    await world.settle()
  }

  await start()
  page.store.dispatch(postLoaded({ p1: 7 }))
  await write()
  return {
    world,
    view: () => page.view(),
    write,
    dispatch: (action: Parameters<typeof page.store.dispatch>[0]) => page.store.dispatch(action),
    async reload(brokerFirst = false) {
      page.tab.crash()
      page = open(world, way, saved)
      await start(brokerFirst)
    },
  }
}

describe.each(names)('%s', (name) => {
  const listsAreKept = name !== 'redux-persist inside optimistic()'

  it.each([0, 500, 999, 1_000, 1_001, 5_000, 74_000, 600_000])(
    'shows a delivery once after a reload %i ms later',
    async (ms) => {
      const app = await begin(name)
      app.dispatch(postClapped('p1'))
      if (listsAreKept) app.dispatch(added('second'))
      await app.world.settle()
      await app.world.clock.advance(ms)
      await app.write()

      for (let i = 0; i < 3; i++) {
        await app.reload(i === 1)
        expect(app.view().claps.byId).toEqual({ p1: 8 })
        if (listsAreKept) expect(app.view().list).toEqual(['first', 'second'])
      }
      expect(app.world.reports).toEqual([])
    },
  )

  it.each([0, 500, 1_001, 5_000, 74_000])(
    'shows a delivery that came %i ms after the state was written',
    async (ms) => {
      const app = await begin(name)
      app.world.setOnline(false)
      app.dispatch(postClapped('p1'))
      if (listsAreKept) app.dispatch(added('second'))
      await app.world.settle()
      await app.write()
      app.world.setOnline(true)
      await app.world.settle()
      await app.world.clock.advance(ms)

      await app.reload(true)

      expect(app.view().claps.byId).toEqual({ p1: 8 })
      if (listsAreKept) expect(app.view().list).toEqual(['first', 'second'])
    },
  )

  it('shows each tap once, whenever it is delivered, written down and reloaded', async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constantFrom('clap', 'add', 'online', 'offline', 'write') }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 0, max: 2_500 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('reload'), brokerFirst: fc.boolean() }) },
    ) as fc.Arbitrary<Step>
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const app = await begin(name)
        const items = ['first']
        let claps = 7
        for (const one of steps) {
          if (one.do === 'clap') {
            app.dispatch(postClapped('p1'))
            claps += 1
          } else if (one.do === 'add' && listsAreKept) {
            app.dispatch(added(`item ${items.length}`))
            items.push(`item ${items.length}`)
          } else if (one.do === 'write') await app.write()
          else if (one.do === 'pass') await app.world.clock.advance(one.ms)
          else if (one.do === 'reload') await app.reload(one.brokerFirst)
          else if (one.do !== 'add') app.world.setOnline(one.do === 'online')
          await app.world.settle()
          expect(app.view().claps.byId).toEqual({ p1: claps })
          expect([...app.view().list].sort()).toEqual([...items].sort())
        }
      }),
      { numRuns: 30, seed: 11 },
    )
  })
})

const byHand: PersistWay = { kept: (state) => JSON.parse(JSON.stringify(state)) }

async function delivered(world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })) {
  const page = open(world, byHand)
  page.store.dispatch(postLoaded({ p1: 7 }))
  page.store.dispatch(postClapped('p1'))
  await world.clock.advance(2_000)
  page.tab.crash()
  return { world, kept: byHand.kept?.(page.store.getState()) as Record<string, Record<string, unknown>> }
}

describe('kept state', () => {
  it('of a database that was lost is told all that happens from now on', async () => {
    const { kept } = await delivered()
    const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
    const page = open(world, byHand, kept)

    page.store.dispatch(postClapped('p1'))
    await world.settle()

    expect(page.view()).toMatchObject({ claps: { byId: { p1: 9 } }, waiting: 0 })
  })

  it('of another user is told all that happens from now on', async () => {
    const { world, kept } = await delivered()
    const page = open(world, byHand, kept, 'bob')

    page.store.dispatch(postClapped('p1'))
    await world.settle()

    expect(page.view()).toMatchObject({ claps: { byId: { p1: 9 } }, waiting: 0 })
  })

  it('of a release that said nothing of it is taken for complete', async () => {
    const { world, kept } = await delivered()
    const { '@redux-broker/told': _, ...claps } = kept['claps'] as Record<string, unknown>

    const page = open(world, byHand, { claps })
    await world.settle()

    expect(page.view().claps.byId).toEqual({ p1: 8 })
  })

  it('says nothing of where it came from to the reducers', async () => {
    const { world, kept } = await delivered()

    const page = open(world, byHand, kept)
    await world.settle()

    expect(Object.keys(kept['claps'] ?? {})).toContain('@redux-broker/told')
    expect(Object.keys(page.view().claps)).toEqual(['byId', 'notes', 'problems'])
  })
})

describe('two brokers of one store', () => {
  it.each([0, 500, 2_000])(
    'tell a slice nothing twice after a reload %i ms later, and leave nothing out',
    async (ms) => {
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
    },
  )
})

/** Claps go by one broker, items by the other; one slice of the first keeps a log of both. */
function openTwo(world: TestWorld, others: TestWorld, preloadedState?: object) {
  const [tab, other] = [world.tab(), others.tab()]
  const shared = { partition: () => 'ada', server: 'idempotent' } as const
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

describe('what was delivered with no page to show it', () => {
  it.each([1_000, 1_500, 9_000])('is shown by state that was kept before, after %i more', async (more) => {
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
        (await tx.list(within('partitions', []), 1))[0] as PartitionRow,
        (await tx.list(within('journal', []), 1))[0] as JournalRow,
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
