// Apps of one origin whose scripts do not tell them apart, since they stand in the pages or come from another origin.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AppOptions, openApp, signedOut } from '../../../test/page-fixture.js'
import { discardAll } from '../../index.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

/** A page whose script stands in the page itself, so that nobody knows where its app begins. */
function openInline(world: TestWorld, place: string, options: AppOptions = {}) {
  const tab = world.tab()
  return openApp(world, { ...options, tab: { ...tab, host: { ...tab.host, base: '/', place } } })
}

const said = () => vi.mocked(console.error).mock.calls.map(([text]) => String(text))

describe('the clash of two apps whose scripts do not identify them', () => {
  it.each([
    ['beside each other', '/shop/', '/admin/'],
    ['the one below the other', '/shop/', '/shop/admin/'],
    ['the one at the root', '/', '/admin2/'],
    ['deep down', '/team/a/', '/team/b/'],
  ])(
    'is reported to both with the other’s path, in the slice and in the console: %s',
    async (_, one, other) => {
      const world = createTestWorld()
      const shop = openInline(world, one, { who: 'ada' })
      await world.settle()
      expect(said()).toEqual([])
      await world.clock.advance(1_000)
      const at = world.clock.now()
      const admin = openInline(world, other, { who: 'bob' })
      await world.settle()
      shop.clap('p1')
      admin.clap('p2')
      await world.settle()

      expect(shop.outbox()).toMatchObject({ paused: 'principal', waiting: 1 })
      expect(shop.outbox().trouble).toEqual([
        { origin: 'https://app.test', code: 'sessionTaken', reason: 'sessionTaken', path: other, at },
      ])
      expect(admin.outbox()).toMatchObject({ paused: undefined, waiting: 0, trouble: [] })
      expect(said().find((text) => text.includes(`at ${other} has ended the session of another`))).toContain(
        `another user at ${one}.`,
      )
      expect(said().find((text) => text.includes(`at ${other} has ended the session of this`))).toContain(
        'give each its own `name`',
      )
    },
  )

  it('leaves the slice when the user is back', async () => {
    const world = createTestWorld()
    const shop = openInline(world, '/shop/')
    await world.settle()
    const admin = openInline(world, '/admin/', { who: 'bob' })
    await world.settle()
    const back = openInline(world, '/shop/')
    await world.settle()

    expect([shop, back].map((app) => app.outbox().trouble)).toEqual([[], []])
    expect(admin.outbox().trouble).toMatchObject([{ code: 'sessionTaken', path: '/shop/' }])
  })

  it.each([
    ['a user of one path', 'ada', '/one/', 'bob', '/one/', {}],
    ['one user of two paths', 'ada', '/two/', 'ada', '/four/', {}],
    ['apps with a name each', 'ada', '/five/', 'bob', '/six/', { names: ['five', 'six'] }],
    ['apps with a base each', 'ada', '/seven/', 'bob', '/eight/', { bases: ['/seven/', '/eight/'] }],
  ] as const)('is not reported for %s', async (_, mine, one, theirs, other, more) => {
    const given = { names: [], bases: [], ...more }
    const optionsOf = (user: string, i: number) => ({
      who: user,
      ...(given.names[i] && { name: given.names[i] }),
      ...(given.bases[i] && { base: given.bases[i] }),
    })
    const world = createTestWorld()
    const first = openInline(world, one, optionsOf(mine, 0))
    await world.settle()
    openInline(world, other, optionsOf(theirs, 1))
    await world.settle()

    expect(first.outbox().trouble).toEqual([])
    expect(said()).toEqual([])
  })

  it('is not reported if the previous user has signed out', async () => {
    const world = createTestWorld()
    const before = openInline(world, '/nine/')
    await world.settle()
    before.store.dispatch(signedOut())
    await world.settle()
    const after = openInline(world, '/ten/', { who: 'bob' })
    await world.settle()

    expect([before, after].map((app) => app.outbox().trouble)).toEqual([[], []])
    expect(said()).toEqual([])
  })

  it('is not reported for the pages of one app with one outbox', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const pages = ['/posts/12', '/account/', '/'].map((place) => openInline(world, place))
    await world.settle()
    pages[0]?.clap('p1')
    await world.settle()

    expect(pages.map((page) => page.outbox().waiting)).toEqual([1, 1, 1])
    expect(said()).toEqual([])
  })

  it('leaves no path of a page on the disk after discardAll', async () => {
    const world = createTestWorld()
    const app = openInline(world, '/of/ada/')
    await world.settle()
    await discardAll(app.broker)
    const settings = () =>
      world.store.transact('readonly', 'relaxed', (tx) =>
        tx.list({ store: 'settings', from: [''], to: ['\uffff'] }, 9),
      )

    expect(JSON.stringify(await settings())).not.toContain('/of/')
  })
})
