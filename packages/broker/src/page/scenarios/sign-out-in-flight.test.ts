// A user signs out while a request of theirs is on its way, in another realm (as a worker is one) or in this page.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type App,
  type AppOptions,
  clapped,
  openApp,
  signedIn,
  signedOut,
} from '../../../test/page-fixture.js'
import { write } from '../../index.js'
import { acknowledge, createTestWorld, held, type SentRequest } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

type Sender = 'another realm' | 'this page'

/** Posts a clap of `ada` and stops while it is on its way. `land` has the server answer. */
async function openInFlight(sender: Sender, options: AppOptions = {}) {
  const effects = new Set<string>()
  const { reply, release } = held()
  const take = (request: SentRequest) => {
    if (request.url.endsWith('/p1/claps')) effects.add(request.key)
    return acknowledge(request, {})
  }
  const world = createTestWorld({ network: take })
  const other = held()
  if (sender === 'another realm') {
    world.network.next(other.reply)
    openApp(world, options).clap('p2')
    await world.settle()
  }
  const app = openApp(world, options)
  await world.settle()
  world.network.next(reply)
  const receipt = app.clap('p1')
  await world.settle()
  const request = world.network.requests.at(-1) as SentRequest
  expect(request.url).toContain('/p1/claps')
  const dispatch = async (action: Parameters<App['store']['dispatch']>[0]) => {
    app.store.dispatch(action)
    await world.settle()
  }
  return {
    world,
    app,
    receipt,
    effects,
    dispatch,
    async land() {
      release(await take(request))
      await world.settle()
    },
    /** The visible result of the tap. */
    async seen() {
      const settled = await Promise.race([receipt.settled, world.settle().then(() => 'open' as const)])
      return { settled, claps: app.post('p1')?.claps, waiting: app.outbox().entries[receipt.id] }
    },
  }
}

/** The outcomes of the first post that reached the reducers. */
const ends = ({ actions }: App) =>
  (actions as readonly { type: string; meta?: { arg?: { postId?: string } } }[]).filter(
    ({ type, meta }) => /\/(delivered|deliveredWithoutAnswer)$/.test(type) && meta?.arg?.postId === 'p1',
  )
const left = { status: 'signedOut' }

describe.each<Sender>(['another realm', 'this page'])(
  'a sign-out with a request on its way in %s',
  (sender) => {
    it('ends its receipt as signedOut, whether anybody signs in again or not', async () => {
      const { dispatch, land, seen } = await openInFlight(sender)

      await dispatch(signedOut())
      const atOnce = await seen()
      await land()

      expect(atOnce).toEqual({ settled: left, claps: 0, waiting: undefined })
      expect(await seen()).toEqual(atOnce)
    })

    it('ends its receipt where another user signs in, who is shown nothing of it', async () => {
      const { app, dispatch, land, seen } = await openInFlight(sender)

      await dispatch(signedIn('bob'))
      await land()

      expect(await seen()).toEqual({ settled: left, claps: 0, waiting: undefined })
      expect(ends(app)).toEqual([])
      expect(app.outbox()).toMatchObject({ waiting: 0, entries: {} })
    })

    it.each([
      ['before', [signedOut(), signedIn('ada'), 'land']],
      ['after', [signedOut(), 'land', signedIn('ada')]],
      ['long after', [signedOut(), 'land', 'time', signedIn('ada')]],
      [
        'after the user has come and gone once more,',
        [signedOut(), signedIn('ada'), signedOut(), 'land', signedIn('ada')],
      ],
    ] as const)('shows the change once to the same user who is back %s it landed', async (_when, steps) => {
      const { world, app, effects, dispatch, land, seen } = await openInFlight(sender)

      for (const step of steps)
        if (step === 'land') await land()
        else if (step === 'time') await world.clock.advance(200_000)
        else await dispatch(step)
      await world.clock.advance(100_000)

      expect(await seen()).toEqual({ settled: left, claps: 1, waiting: undefined })
      expect(ends(app)).toHaveLength(1)
      expect(effects.size).toBe(1)
    })
  },
)

describe('a user who is back is told, of a request on its way at the sign-out,', () => {
  it.each<[sender: Sender, method: string, server: 'plain' | 'idempotent', end: string, sent: number]>([
    ['this page', 'POST', 'plain', 'inDoubt', 1],
    ['this page', 'PUT', 'plain', 'delivered', 2],
    ['this page', 'POST', 'idempotent', 'delivered', 2],
    ['another realm', 'POST', 'plain', 'deliveredWithoutAnswer', 1],
    ['another realm', 'PUT', 'plain', 'deliveredWithoutAnswer', 1],
    ['another realm', 'POST', 'idempotent', 'deliveredWithoutAnswer', 1],
  ])('sent by %s, a %s to a server that is %s: %s', async (sender, method, server, end, sent) => {
    const request = ({ postId }: { postId: string }) => ({ url: `/api/posts/${postId}/claps`, method })
    const lane = ({ postId }: { postId: string }) => postId
    const routes = [write(clapped, { request, lane, server })]
    const { world, app, receipt, effects, dispatch, land } = await openInFlight(sender, { routes })

    await dispatch(signedOut())
    await land()
    await dispatch(signedIn('ada'))
    await world.clock.advance(2_000)

    const { [receipt.id]: waiting } = app.outbox().entries
    expect([...ends(app).map(({ type }) => type), waiting?.state].filter(Boolean)).toEqual([
      end === 'inDoubt' ? end : `posts/clapped/${end}`,
    ])
    expect(world.network.requests.filter(({ url }) => url.endsWith('/p1/claps'))).toHaveLength(sent)
    expect(effects.size).toBe(1)
  })
})

describe('a change that another user’s session came between', () => {
  it('is not told again, since nothing of it was kept', async () => {
    const { app, dispatch, land } = await openInFlight('another realm')

    await dispatch(signedIn('bob'))
    await land()
    await dispatch(signedIn('ada'))

    expect(ends(app)).toEqual([])
  })
})

describe('a capture that was being stored at the sign-out', () => {
  it('is accepted, and its receipt ends as signedOut after that', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    const told: string[] = []

    const receipt = app.clap('p1')
    void receipt.accepted.then(({ status }) => told.push(status))
    void receipt.settled.then(({ status }) => told.push(status))
    app.store.dispatch(signedOut())
    const atOnce = [...told]
    await world.settle()

    expect(atOnce).toEqual([])
    expect(told).toEqual(['accepted', 'signedOut'])
  })
})

/** A page that paints no frame until it wakes, and another of the same user. */
async function openAsleep() {
  const world = createTestWorld()
  const sleeping = world.tab()
  let isPainting = true
  const frames: (() => void)[] = []
  const frame = (callback: () => void) => void (isPainting ? queueMicrotask(callback) : frames.push(callback))
  const app = openApp(world, { tab: { ...sleeping, host: { ...sleeping.host, frame } } })
  const other = openApp(world)
  await world.settle()
  isPainting = false
  return {
    world,
    app,
    other,
    async wake() {
      isPainting = true
      for (const paint of frames.splice(0)) paint()
      await world.clock.advance(100_000)
    },
  }
}

describe('an outcome that this page had not read when its user signed out', () => {
  it.each([
    ['here', 0],
    ['in another tab', 1],
  ] as const)('still ends its entry: the sign-out was %s', async (_where, leaving) => {
    const { world, app, other, wake } = await openAsleep()
    app.clap('p1')
    await world.settle()
    expect(world.network.requests).toHaveLength(1)

    const apps = [app, other] as const
    apps[leaving].store.dispatch(signedOut())
    await world.settle()
    apps[leaving].store.dispatch(signedIn('ada'))
    await wake()

    expect(app.post('p1')?.claps).toBe(1)
    expect(ends(app)).toHaveLength(1)
    expect(app.outbox()).toMatchObject({ waiting: 0, entries: {} })
  })
})

describe('outcomes that this page had not read when another tab signed its user out', () => {
  it.each([2, 450])('settle their receipts: %i of them', async (count) => {
    const { world, app, other, wake } = await openAsleep()
    const receipts = Array.from({ length: count }, (_, i) => app.clap(`p${i}`))
    await world.settle()
    expect(world.network.requests).toHaveLength(count)

    other.store.dispatch(signedOut())
    await world.settle()
    await wake()

    const ended = await Promise.all(
      receipts.map(({ settled }) => Promise.race([settled, { status: 'open' }])),
    )
    expect(ended.filter(({ status }) => status !== 'deliveredWithoutAnswer')).toEqual([])
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
  })
})
