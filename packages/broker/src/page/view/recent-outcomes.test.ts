// Kept state says how far it holds what happened: a reload at any time tells it nothing twice, and leaves nothing out.
import fc from 'fast-check'
import { persistStore } from 'redux-persist'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { acknowledge, createTestWorld } from '../../testing/index.js'
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

beforeEach(() => void vi.useFakeTimers())

afterEach(() => void vi.useRealTimers())

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

  it('shows each tap once, whenever it is delivered, saved and reloaded', async () => {
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
