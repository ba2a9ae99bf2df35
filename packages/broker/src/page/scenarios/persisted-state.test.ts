// Apps that keep their state over reloads: each pending change is shown once, however the state was kept.
import fc from 'fast-check'
import { persistStore } from 'redux-persist'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { acknowledge, createTestWorld } from '../../testing/index.js'
import {
  added,
  type KeptApp,
  names,
  noted,
  open,
  type PersistWay,
  postClapped,
  postLoaded,
  storageIn,
  waysOf,
} from '../fixtures/kept-state.fixture.js'

afterEach(() => vi.restoreAllMocks())

/** Timers of redux-persist, which are real. */
const written = async () => {
  await vi.advanceTimersByTimeAsync(100)
}

async function reloaded(name: string, taps: readonly Tap[], lists = true) {
  vi.useFakeTimers()
  try {
    const kept: KeptApp = {}
    const way = waysOf(storageIn(kept))[name] as PersistWay
    const world = createTestWorld({ network: (sent) => acknowledge(sent, {}) })
    const first = open(world, way)
    if (way.kept === undefined) persistStore(first.store)
    await written()
    await world.settle()
    first.store.dispatch(postLoaded({ p1: 7 }))
    for (const tap of taps) {
      if (tap.kind === 'clap') first.store.dispatch(postClapped(tap.post))
      else if (tap.kind === 'note') first.store.dispatch(noted(tap.post))
      else if (tap.kind === 'load') first.store.dispatch(postLoaded({ p1: 9, p2: 4 }))
      else if (tap.kind === 'add') {
        if (lists) first.store.dispatch(added(tap.post))
      } else world.setOnline(tap.kind === 'online')
      await world.settle()
    }
    world.setOnline(false)
    await world.clock.advance(2_000)
    await written()
    const before = first.view()
    const preloaded = way.kept?.(first.store.getState()) as KeptApp | undefined
    first.tab.crash()

    const second = open(world, way, preloaded)
    if (way.kept === undefined) persistStore(second.store)
    await written()
    await world.settle()
    const after = second.view()
    world.setOnline(true)
    await world.clock.advance(600_000)
    await written()
    return { before, after, end: second.view(), reports: world.reports }
  } finally {
    vi.useRealTimers()
  }
}

interface Tap {
  readonly kind: 'clap' | 'add' | 'note' | 'load' | 'online' | 'offline'
  readonly post: string
}
const claim = (kind: Tap['kind'], post = 'p1'): Tap => ({ kind, post })

describe.each(names)('%s', (name) => {
  const listsAreKept = name !== 'redux-persist inside optimistic()'

  it('shows a pending change once after a reload offline, and once when it is delivered', async () => {
    const { before, after, end, reports } = await reloaded(name, [claim('offline'), claim('clap')])

    expect(before.claps.byId).toEqual({ p1: 8 })
    expect(after).toEqual(before)
    expect(end).toMatchObject({ claps: { byId: { p1: 8 } }, waiting: 0, entries: [] })
    expect(reports).toEqual([])
  })

  if (listsAreKept)
    it('shows a new item of a list once', async () => {
      const { before, after, end } = await reloaded(name, [claim('offline'), claim('add', 'second')])

      expect(before.list).toEqual(['first', 'second'])
      expect([after.list, end.list]).toEqual([before.list, before.list])
    })

  it('keeps the change of an ordinary action while an entry was pending', async () => {
    const { after, end } = await reloaded(name, [claim('offline'), claim('clap'), claim('note', 'mine')])

    expect([after.claps.notes, end.claps.notes]).toEqual([['mine'], ['mine']])
  })

  it('shows the same view after a reload offline, after any taps', async () => {
    const tap = fc.record({
      kind: fc.constantFrom<Tap['kind']>('clap', 'add', 'note', 'load', 'online', 'offline'),
      post: fc.constantFrom('p1', 'p2', 'p3'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(tap, { maxLength: 8 }), async (taps) => {
        const { before, after, reports } = await reloaded(name, taps, listsAreKept)
        expect(after).toEqual(before)
        expect(reports).toEqual([])
      }),
      { numRuns: 25, seed: 7 },
    )
  })
})
