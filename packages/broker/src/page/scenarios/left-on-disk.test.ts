// Traces of finished work on the disk: they stay no longer than a page may need them, and leave with the user.
import { describe, expect, it } from 'vitest'
import { type App, clapped, openApp, refetched, signedIn, signedOut } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { journalGraceMs } from '../../core/limits.js'
import type { StoreName } from '../../core/rows/rows.js'
import { schema } from '../../core/rows/schema.js'
import { within } from '../../core/rows/spans.js'
import type { Key, Span, Store } from '../../core/rows/store.js'
import { discardAll } from '../../index.js'
import { acknowledge, answer, createTestWorld, held, type TestWorld } from '../../testing/index.js'

const words = 'between you and me'
const reply = 'what the server said'

/** All rows of all tables, as text. */
const textOf = (store: Store): Promise<string> =>
  store.transact('readonly', 'relaxed', async (tx) => {
    const all: unknown[] = []
    for (const name of Object.keys(schema) as StoreName[])
      all.push(...(await tx.list(within(name, []) as Span, 1e6)))
    return JSON.stringify(all)
  })
const found = async (store: Store, wanted: readonly string[] = [words, reply, '/api/', 'post:', '"ada"']) => {
  const text = await textOf(store)
  return wanted.filter((trace) => text.includes(trace))
}
const rowsOf = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) =>
    (await tx.list(within('partitions', []), 1e3)).map((row) => JSON.stringify(row)),
  )
const journalOf = (store: Store) =>
  store.transact('readonly', 'relaxed', (tx) => tx.list(within('journal', [] as Key[]), 1e6))

function open(options: Parameters<typeof openApp>[1] = {}, body: object = { likes: 1, reply }) {
  const store = memoryStore()
  const world = createTestWorld({ store, network: (request) => acknowledge(request, body) })
  const app = openApp(world, options)
  return { store, world, app }
}
const clap = ({ store }: App, postId: string) => store.dispatch(clapped({ postId, note: words }))
const clapAndSettle = async (
  { world, app }: Pick<ReturnType<typeof open>, 'world' | 'app'>,
  postId = 'p1',
) => {
  await world.settle()
  clap(app, postId)
  await world.settle()
}

describe('of what was delivered', () => {
  it('nothing is left after a sign-out', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    expect(await found(store)).not.toEqual([])

    app.store.dispatch(signedOut())
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  const urls = { sessionProbe: '/api/session', knock: '/api/health', statusQuery: '/api/keys/:key' }

  it('no URL that the app asks for its users is left after a sign-out', async () => {
    const { store, world, app } = open(urls)
    await clapAndSettle({ world, app })
    expect(await found(store, Object.values(urls))).toEqual(Object.values(urls))

    app.store.dispatch(signedOut())
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  it('nothing is left once another user is there, though nobody could say that the first has gone', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    app.tab.crash()

    openApp(world, { user: 'bob' })
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  it('nothing is left when the user changes without a sign-out', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })

    app.store.dispatch(signedIn('bob'))
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  it('nothing is left after discardAll, nor of what came back, was in doubt or waited', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    world.network.next(answer(422, { [reply]: words }), answer(502))
    clap(app, 'p2')
    clap(app, 'p3')
    await world.settle()
    world.setOnline(false)
    clap(app, 'p4')
    await world.settle()

    await discardAll(app.broker)

    expect(await found(store)).toEqual([])
    app.store.dispatch(signedOut())
    await world.settle()
    expect(await found(store)).toEqual([])
  })

  it.each(['a change in the same tab', 'a change in another tab', 'a start'])(
    'no word of the app is left after discardAll, and all are there again with %s',
    async (how) => {
      const mark = 'the token is old'
      const options = { ...urls, session: { csrf: [{ status: 419, text: mark }] } }
      const traces = [...Object.values(urls), mark, 'https://app.test']
      const { store, world, app } = open(options)
      const other = openApp(world, options)
      await clapAndSettle({ world, app })
      const before = await found(store, traces)
      expect(before).toEqual(traces)

      await discardAll(app.broker)
      await world.settle()
      expect((await rowsOf(store)).filter((row) => traces.some((one) => row.includes(one)))).toEqual([])

      world.setOnline(false)
      if (how === 'a start') openApp(world, options)
      else clap(how === 'a change in the same tab' ? app : other, 'p2')
      await world.settle()
      const words = traces.slice(0, 4)
      const rows = await rowsOf(store)
      expect(words.filter((one) => !rows.some((row) => row.includes(one)))).toEqual([])
    },
  )

  it.each(['the same tab', 'another tab'])(
    'the user’s id comes back with the next change, in %s, for a sender without a page',
    async (where) => {
      const { store, world, app } = open()
      const other = openApp(world)
      await clapAndSettle({ world, app })
      await discardAll(app.broker)
      await world.settle()
      expect(await found(store, ['"ada"'])).toEqual([])
      world.setOnline(false)

      clap(where === 'the same tab' ? app : other, 'p2')
      await world.settle()

      expect(await found(store, ['"ada"'])).toEqual(['"ada"'])
      world.setOnline(true)
      await world.settle()
      expect(world.network.requests.at(-1)).toMatchObject({ principal: 'ada' })
      expect(app.outbox()).toMatchObject({ waiting: 0, paused: undefined })
    },
  )

  it('a user who gave up everything is still signed in, in every tab', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    await discardAll(app.broker)
    await world.settle()
    expect(app.outbox()).toMatchObject({ waiting: 0, paused: undefined })

    openApp(world, { user: 'bob' })
    await world.settle()
    clap(app, 'p2')
    await world.settle()

    // Bob's session is never renamed by a change of Ada's.
    expect(await found(store, ['"ada"', '"bob"'])).toEqual(['"bob"'])
  })

  it('nothing comes to the disk when it is settled after the sign-out of its user', async () => {
    const { store, world, app } = open()
    await world.settle()
    const { reply: late, release } = held()
    world.network.next(late)
    const tab = openApp(world)
    await world.settle()
    clap(tab, 'p1')
    await world.settle()
    app.store.dispatch(signedOut())
    await world.settle()
    release(answer(200, { reply }))
    await world.settle()

    expect(await found(store, [reply])).toEqual([])
    expect(JSON.stringify(await journalOf(store))).not.toContain(words)
  })

  it('no words are left once every open page has had the time to show it', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    await world.clock.advance(2_000)
    expect(await found(store, [words, reply])).toEqual([words, reply])

    await world.clock.advance(2 * journalGraceMs)

    expect(await found(store, [words, reply])).toEqual([])
  })

  it('a page that slept all the time still learns that it happened', async () => {
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

    expect(other.types()).toContain('posts/clapped/confirmed')
    expect(other.outbox()).toMatchObject({ waiting: 0, entries: {} })
    expect(other.post('p1')?.claps).toBe(1)
    expect(world.reports).toEqual([])
  })

  it('is told with its answer to a page that starts later, and no more once a week has gone', async () => {
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

describe('of what was shown the latest keeps its words', () => {
  const older = { ...refetched({ p1: { likes: 1, likedByMe: false, claps: 0 } }), meta: { readAt: 1 } }
  const startAgain = async (world: TestWorld, app: App) => {
    await world.clock.advance(3 * journalGraceMs)
    app.tab.crash()
    const next = openApp(world)
    await next.broker.ready
    next.store.dispatch(older)
    return next.post('p1')?.claps
  }

  it('where truths come that may be older: the next start has it on top of them', async () => {
    const { world, app } = open()
    app.store.dispatch(older)
    await clapAndSettle({ world, app })

    expect(await startAgain(world, app)).toBe(1)
  })

  it('nowhere else: then nobody can tell the next start', async () => {
    const { world, app } = open()
    await clapAndSettle({ world, app })

    expect(await startAgain(world, app)).toBe(0)
  })
})

describe('the journal’s bytes', () => {
  const long = 'x'.repeat(20_000)
  const bytesMax = 200_000

  it('are bounded, and an open page is told every answer', async () => {
    const { store, world, app } = open({ limits: { bytesMax } }, { likes: 7, long })
    for (let i = 0; i < 30; i++) await clapAndSettle({ world, app }, `p${i % 3}`)

    expect(app.types().filter((type) => type === 'posts/clapped/delivered')).toHaveLength(30)
    expect(JSON.stringify(await journalOf(store)).length).toBeLessThan(bytesMax / 2)
  })

  it('make room for captures, which are not refused for their sake', async () => {
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
