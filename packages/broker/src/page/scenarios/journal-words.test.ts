import { describe, expect, it } from 'vitest'
import { type App, clapped, openApp, refetched } from '../../../test/page-fixture.js'
import { journalGraceMs } from '../../core/limits.js'
import type { TestWorld } from '../../testing/index.js'
import {
  clap,
  clapAndSettle,
  found,
  journalOf,
  open,
  reply,
  words,
} from '../fixtures/left-on-disk.fixture.js'

describe('a delivered write', () => {
  it('leaves no text on the disk once every open page had time to show it', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    await world.clock.advance(2_000)
    expect(await found(store, [words, reply])).toEqual([words, reply])

    await world.clock.advance(2 * journalGraceMs)

    expect(await found(store, [words, reply])).toEqual([])
  })

  it('is still reported to a page that slept all the time', async () => {
    const { world, app } = open()
    const other = openApp(world)
    await world.settle()
    world.setOnline(false)
    clap(app, 'p1')
    await world.settle()
    expect(other.post('p1')?.claps).toBe(1)
    other.tab.freeze()
    world.setOnline(true)
    await world.settle()
    await world.clock.advance(4 * journalGraceMs)

    other.tab.thaw()
    other.tab.host.focus()
    await world.settle()

    expect(other.types()).toContain('posts/clapped/deliveredWithoutAnswer')
    expect(other.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
    expect(other.post('p1')?.claps).toBe(1)
    expect(world.reports).toEqual([])
  })

  it('is reported with its answer to a later page, for a week', async () => {
    for (const days of [6, 8]) {
      const { store, world, app } = open()
      await world.settle()
      world.setOnline(false)
      app.like('p1')
      clap(app, 'p2')
      await world.settle()
      world.setOnline(true)
      app.tab.host.focus()
      await world.settle()
      app.tab.crash()
      await world.clock.advance(days * 86_400_000)

      const next = openApp(world)
      await world.clock.advance(10_000)

      if (days === 6) expect(next.types()).toContain('posts/liked/delivered')
      else expect(await journalOf(store)).toEqual([])
    }
  })
})

describe('the latest shown delivery keeps its text', () => {
  const older = { ...refetched({ p1: { likes: 1, likedByMe: false, claps: 0 } }), meta: { readAt: 1 } }
  const startAgain = async (world: TestWorld, app: App) => {
    await world.clock.advance(3 * journalGraceMs)
    app.tab.crash()
    const next = openApp(world)
    await next.broker.ready
    next.store.dispatch(older)
    return next.post('p1')?.claps
  }

  it('after reads that may be older, so that the next start shows it over them', async () => {
    const { world, app } = open()
    app.store.dispatch(older)
    await clapAndSettle({ world, app })

    expect(await startAgain(world, app)).toBe(1)
  })

  it('not otherwise, so the next start does not show it', async () => {
    const { world, app } = open()
    await clapAndSettle({ world, app })

    expect(await startAgain(world, app)).toBe(0)
  })
})

describe('the journal’s bytes', () => {
  const long = 'x'.repeat(20_000)
  const bytesMax = 200_000

  it('are bounded, and an open page gets every answer', async () => {
    const { store, world, app } = open({ limits: { bytesMax } }, { likes: 7, long })
    for (let i = 0; i < 30; i++) await clapAndSettle({ world, app }, `p${i % 3}`)

    expect(app.types().filter((type) => type === 'posts/clapped/delivered')).toHaveLength(30)
    expect(JSON.stringify(await journalOf(store)).length).toBeLessThan(bytesMax / 2)
  })

  it('are freed for captures, which are not refused because of them', async () => {
    const { world, app } = open({ limits: { bytesMax } })
    await clapAndSettle({ world, app })
    world.setOnline(false)
    const notes = Array.from({ length: 9 }, (_, i) =>
      app.store.dispatch(clapped({ postId: `p${i}`, note: 'y'.repeat(10_900) })),
    )
    await world.settle()

    const accepted = await Promise.all(notes.map((receipt) => receipt.accepted))
    expect(accepted.map(({ status }) => status)).toEqual(notes.map(() => 'accepted'))
  })
})
