import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AppOptions, openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { discardAll } from '../../index.js'
import { createTestWorld, type TestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

/** A page of an app that lies at a base. */
function openAt(world: TestWorld, base: string, options: AppOptions = {}) {
  const tab = world.tab()
  return openApp(world, { ...options, tab: { ...tab, host: { ...tab.host, base } } })
}

const said = () => vi.mocked(console.error).mock.calls.map(([text]) => String(text))
const principals = ({ network }: TestWorld) => network.requests.map(({ principal }) => principal)

describe('two separate apps of one origin', () => {
  it.each([
    ['of two users', 'ada', '7'],
    ['of one user', 'ada', 'ada'],
  ])('%s do not know of each other', async (_, mine, theirs) => {
    const world = createTestWorld()
    world.setOnline(false)
    const [a, b] = [openAt(world, '/a/', { who: mine }), openAt(world, '/b/', { who: theirs })]
    await world.settle()
    a.clap('p1')
    b.clap('p2')
    b.clap('p2')
    await world.settle()

    expect([a.outbox().waiting, b.outbox().waiting]).toEqual([1, 2])
    expect([a.outbox().paused, b.outbox().paused]).toEqual([undefined, undefined])
    expect([a.post('p2')?.claps, b.post('p1')?.claps]).toEqual([0, 0])

    world.setOnline(true)
    await world.settle()
    expect(principals(world).toSorted()).toEqual([mine, theirs, theirs].toSorted())
    expect([a.outbox().waiting, b.outbox().waiting]).toEqual([0, 0])
    expect([a.types(), b.types()].map((all) => all.filter((type) => type.endsWith('/delivered')))).toEqual([
      ['posts/clapped/delivered'],
      ['posts/clapped/delivered', 'posts/clapped/delivered'],
    ])
    expect(said()).toEqual([])
  })

  it('go on when the user of one signs out, another signs in, or one is discarded', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const [a, b] = [openAt(world, '/a/'), openAt(world, '/b/', { who: '7' })]
    await world.settle()
    a.clap('p1')
    b.clap('p2')
    await world.settle()

    b.store.dispatch(signedOut())
    await world.settle()
    b.store.dispatch(signedIn('8'))
    b.clap('p3')
    await world.settle()
    await discardAll(b.broker)
    expect(a.outbox()).toMatchObject({ waiting: 1, paused: undefined })

    world.setOnline(true)
    await world.settle()
    expect(principals(world)).toEqual(['ada'])
  })

  it('find their entries at the next load, whichever was loaded meanwhile (P11)', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const [a, b] = [openAt(world, '/a/'), openAt(world, '/b/')]
    await world.settle()
    a.clap('p1')
    b.clap('p2')
    await world.settle()
    a.tab.crash()
    b.tab.crash()

    const again = [openAt(world, '/b/'), openAt(world, '/c/'), openAt(world, '/a/x/')]
    await world.settle()
    expect(again.map((app) => app.outbox().waiting)).toEqual([1, 0, 1])
  })

  it('pause only the app whose user signs out in another tab', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const [one, other, b] = [openAt(world, '/a/'), openAt(world, '/a/'), openAt(world, '/b/', { who: '7' })]
    await world.settle()
    one.clap('p1')
    await world.settle()

    other.store.dispatch(signedOut())
    await world.settle()

    expect([one.outbox().paused, b.outbox().paused]).toEqual(['auth', undefined])
  })
})

describe('pages of one app', () => {
  it.each([
    ['a release before this one', '/', '/a/'],
    ['scripts that have moved up', '/a/', '/'],
    ['scripts that have moved down', '/', '/a/b/'],
    ['a page further down', '/a/', '/a/b/'],
  ])('find the entries of %s: at %s before, at %s now (P11)', async (_, before, now) => {
    const world = createTestWorld()
    world.setOnline(false)
    const left = openAt(world, before)
    await world.settle()
    left.clap('p1')
    await world.settle()
    left.tab.crash()

    world.setOnline(true)
    const app = openAt(world, now)
    await world.settle()

    expect(principals(world)).toEqual(['ada'])
    expect(app.outbox().waiting).toBe(0)
  })

  it.each([
    ['/', '/posts/'],
    ['/posts/', '/'],
    ['/app/', '/app/account/'],
  ])('P6 share one session at %s and %s: nothing is sent for the previous user', async (one, other) => {
    const world = createTestWorld()
    world.setOnline(false)
    const first = openAt(world, one)
    await world.settle()
    first.clap('p1')
    await world.settle()
    const second = openAt(world, other, { who: 'bob' })
    await world.settle()
    second.clap('p2')
    await world.settle()

    world.setOnline(true)
    await world.settle()

    expect(principals(world)).toEqual(['bob'])
    expect(first.outbox()).toMatchObject({ waiting: 1, paused: 'principal' })
  })

  it('share one database by name, whatever their bases', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const [a, b] = ['/a/', '/b/'].map((base) => openAt(world, base, { name: 'shop' }))
    await world.settle()
    a?.clap('p1')
    await world.settle()

    expect([a?.outbox().waiting, b?.outbox().waiting]).toEqual([1, 1])
  })
})

describe('the clash of an app with one below it', () => {
  it('is reported once, with the name', async () => {
    const world = createTestWorld()
    for (const [base, user] of [
      ['/', 'ada'],
      ['/admin/', '7'],
      ['/', 'ada'],
      ['/admin/', '7'],
    ] as const) {
      openAt(world, base, { who: user })
      await world.settle()
    }

    const ended = said().filter((text) => text.includes('at /admin/ has ended the session of another user'))
    expect(ended).toEqual([expect.stringContaining('another user at /.')])
    expect(said().join()).toContain('give each its own `name`')
  })

  it.each([
    ['it is the same user', '/', 'ada', '/admin2/', 'ada'],
    ['the users are of one page', '/x/', 'ada', '/x/', '7'],
    ['they are apart', '/y/', 'ada', '/z/', '7'],
  ])('is not reported if %s', async (_, one, mine, other, theirs) => {
    const world = createTestWorld()
    openAt(world, one, { who: mine })
    await world.settle()
    openAt(world, other, { who: theirs })
    await world.settle()

    expect(said()).toEqual([])
  })
})

describe('an app whose base changes', () => {
  const apps = [
    ['one of two', '/shop/', '/admin/', '/'],
    ['the second of two', '/admin/', '/shop/', '/'],
    ['one of two below', '/app/posts/', '/app/account/', '/app/'],
  ] as const

  /** Two apps apart, of which the first has work that waits. */
  async function moved(first: string, other: string, next: string, options: AppOptions = {}) {
    const world = createTestWorld()
    world.setOnline(false)
    const apart = [openAt(world, first), openAt(world, other, { who: 'bob' })]
    await world.settle()
    apart[0]?.clap('p1')
    await world.settle()
    for (const app of apart) app.tab.crash()
    world.setOnline(true)
    const app = openAt(world, next, options)
    await world.settle()
    return { world, app }
  }

  it.each(apps)('finds its entries if its base is set: %s', async (_, first, other, next) => {
    const { world, app } = await moved(first, other, next, { base: first })

    expect(principals(world)).toEqual(['ada'])
    expect(app.outbox().waiting).toBe(0)
    expect(said()).toEqual([])
  })

  it.each(apps)(
    'is told where its entries wait, with the remedy, if its base is not set: %s',
    async (_, first, other, next) => {
      const { world } = await moved(first, other, next)

      expect(principals(world)).toEqual([])
      const [text = ''] = said().filter((one) => one.includes('begins an empty outbox, while entries wait'))
      expect(text).toContain(`wait at ${first}.`)
      expect(text).toContain(`\`base: '${first}'\``)
    },
  )

  it('warns of the same user when their session at another base ends', async () => {
    await moved('/shop3/', '/admin3/', '/')

    expect(said().join()).toContain('ended the session of the same user at /shop3/.')
    expect(said().join()).not.toContain('of another user at /shop3/')
  })

  it('does not warn if no entry waits', async () => {
    const world = createTestWorld()
    for (const base of ['/a/', '/b/', '/']) {
      openAt(world, base, { who: base })
      await world.settle()
    }

    expect(said().filter((one) => one.includes('while entries wait'))).toEqual([])
  })
})
