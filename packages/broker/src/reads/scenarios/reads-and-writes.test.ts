// The state of a page that reads data which it writes, by the schedules of the issue. Others are in
// truth-property.test.ts.
import { describe, expect, it } from 'vitest'
import { openPosts, type WorldWay } from '../fixtures/write-barrier.fixture.js'

const quick: WorldWay = { thereMs: 0, backMs: 0, fate: 'ok' }
const slow: WorldWay = { thereMs: 0, backMs: 500, fate: 'ok' }

/** One tab. Its first requests go these ways, in order, and all others the quick way. */
function open(...ways: WorldWay[]) {
  const posts = openPosts(() => ways.shift() ?? quick)
  const claps: number[] = []
  const tab = posts.openTab(({ a }) => void claps.push(a.claps))
  return { ...posts, tab, claps }
}

const reads = (ledger: readonly string[]) => ledger.filter((request) => request.startsWith('GET'))

describe('P8 reads and writes', () => {
  it('forty writes at a reconnect come before the one read that they invalidate', async () => {
    const { world, ledger, tab, claps } = open()
    tab.load('a')
    await world.clock.advance(1_000)
    world.setOnline(false)
    for (let i = 0; i < 40; i++) tab.clap('a')
    tab.heart('a', true)
    const again = tab.load('a')
    await world.clock.advance(5_000)
    expect(await again.settled).toMatchObject({ status: 'delivered', stale: true })
    const before = ledger.length
    claps.length = 0

    world.setOnline(true)
    await world.clock.advance(10_000)

    const after = ledger.slice(before)
    expect(after).toHaveLength(42)
    expect(after.at(-1)).toBe('GET /api/a')
    expect(reads(after)).toHaveLength(1)
    expect(new Set(claps)).toEqual(new Set([40]))
    expect(tab.posts().a).toMatchObject({ claps: 40, hearted: true })
  })

  it('a clap whose answer is lost, with a refetch between its two attempts, counts once in every frame', async () => {
    const { world, server, ledger, tab, claps } = open(quick, { ...quick, fate: 'answerLost' })
    tab.load('a')
    await world.clock.advance(1_000)
    claps.length = 0
    tab.clap('a')
    await world.clock.advance(10)
    expect(server.a.claps).toBe(1)

    tab.load('a')
    await world.clock.advance(60_000)

    expect(ledger.filter((request) => request.startsWith('POST'))).toHaveLength(2)
    expect(server.a.claps).toBe(1)
    expect(new Set(claps)).toEqual(new Set([1]))
  })

  it('a read that was answered before a heart settled is repeated', async () => {
    const { world, ledger, tab } = open(slow, quick)
    const hearts: boolean[] = []
    tab.load('a')
    await world.clock.advance(100)
    tab.heart('a', true)
    await world.clock.advance(100)
    tab.onFrame(({ a }) => void hearts.push(a.hearted))

    await world.clock.advance(5_000)

    expect(reads(ledger)).toHaveLength(2)
    expect(new Set(hearts)).toEqual(new Set([true]))
  })

  it('a stuck lane holds a read for 30 s, which then lists its uncertain tags', async () => {
    const { world, ledger, tab } = open(
      { thereMs: 0, backMs: 29_000, fate: 'answerLost' },
      {
        thereMs: 25_000,
        backMs: 0,
        fate: 'ok',
      },
    )
    tab.clap('a')
    await world.settle()
    const receipt = tab.load('a')
    await world.clock.advance(29_999)
    expect(reads(ledger)).toEqual([])

    await world.clock.advance(10)

    expect(await receipt.settled).toMatchObject({
      status: 'delivered',
      answer: { claps: 1 },
      uncertain: [{ type: 'post', id: 'a' }],
    })
    // The data is read again once the effect is known.
    await world.clock.advance(60_000)
    expect(tab.posts().a).toMatchObject({ claps: 1, isLoaded: true })
  })

  it('with different tags do not wait for each other', async () => {
    const { world, tab } = open({ ...slow, backMs: 20_000 })
    tab.clap('a')
    await world.settle()

    const receipt = tab.load('b')
    await world.settle()

    expect(await receipt.settled).toMatchObject({ status: 'delivered', answer: { claps: 0 } })
  })

  it('do not revert outcomes of other tags that ended meanwhile', async () => {
    const { world, tab } = open(slow, quick)
    tab.load('a')
    await world.clock.advance(100)
    tab.clap('b')
    await world.clock.advance(100)
    expect(tab.posts().b.claps).toBe(1)

    await world.clock.advance(500)

    expect(tab.posts()).toMatchObject({ a: { claps: 0, isLoaded: true }, b: { claps: 1 } })
  })
})
