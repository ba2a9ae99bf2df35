import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp, signedIn } from '../../../test/page-fixture.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('another user (P6)', () => {
  it('sees nothing of the previous one, and each one’s entries are sent in their own name', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    app.store.dispatch(signedIn('bob'))
    const seenByBob = { post: app.post('p1')?.claps, outbox: app.outbox() }
    app.clap('p2')
    world.setOnline(true)
    await world.settle()

    expect(seenByBob.post).toBe(0)
    expect(seenByBob.outbox).toEqual(expect.objectContaining({ waiting: 0, entries: {}, deadLetters: 0 }))
    expect(world.network.requests.map(({ url, principal }) => [url, principal])).toEqual([
      ['https://app.test/api/posts/p2/claps', 'bob'],
    ])
  })

  it('keeps the first one’s entries, which go on when that user returns', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    const receipt = app.clap('p1')
    await world.settle()
    app.store.dispatch(signedIn('bob'))
    world.setOnline(true)
    await world.settle()

    app.store.dispatch(signedIn('ada'))
    const returned = app.broker.ready.then(() => app.post('p1')?.claps)
    await world.settle()

    expect(await returned).toBe(1)
    expect(world.network.requests.map(({ key, principal }) => [key, principal])).toEqual([
      [receipt.id, 'ada'],
    ])
    expect((await receipt.settled).status).toBe('signedOut')
    expect(app.types()).toContain('posts/clapped/delivered')
    expect(app.outbox().waiting).toBe(0)
  })

  it('aborts a request that was in flight when the user changed', async () => {
    const { reply } = held()
    const world = createTestWorld()
    world.network.next(reply)
    const app = openApp(world)
    app.clap('p1')
    await world.settle()

    app.store.dispatch(signedIn('bob'))
    await world.settle()
    app.tab.host.focus()
    await world.clock.advance(20_000)

    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['ada'])
    expect(world.reports).toEqual([])
  })

  it('gets neither the count nor the refusal of a capture that was being stored', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world, { limits: { entriesMax: 1 } })
    await world.settle()
    app.clap('p1')
    await world.settle()

    const kept = app.clap('p2')
    app.store.dispatch(signedIn('bob'))
    await world.settle()

    expect(await kept.settled).toEqual({ status: 'notAccepted', reason: 'outboxFull' })
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
    expect(app.types()).not.toContain('posts/clapped/notAccepted')
  })

  it('captures into their own outbox in the same turn', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()

    app.clap('p1')
    app.store.dispatch(signedIn('bob'))
    app.clap('p2')
    await world.settle()
    const asBob = world.network.requests.map(({ url, principal }) => [principal, url])
    app.store.dispatch(signedIn('ada'))
    await world.settle()

    expect(asBob).toEqual([['bob', 'https://app.test/api/posts/p2/claps']])
    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['bob', 'ada'])
  })

  it('adds no token to a request of the previous one that was being prepared', async () => {
    const world = createTestWorld()
    let goOn = () => {}
    const app = openApp(world, {
      prepareHeaders: async (headers, { getState }) => {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        headers.set('authorization', getState().session.token)
      },
    })
    app.clap('p1')
    await world.settle()

    app.store.dispatch(signedIn('bob'))
    goOn()
    await world.settle()

    expect(world.network.requests).toEqual([])
  })

  it('does not get the latest capture of the previous one into their counts', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    await world.settle()

    app.clap('p1')
    app.store.dispatch(signedIn('bob'))
    await world.settle()

    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
  })

  it('in another tab stops the first one’s drain there too', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const ada = openApp(world)
    ada.clap('p1')
    await world.settle()
    const bob = openApp(world, { who: 'bob' })
    await world.settle()

    world.setOnline(true)
    ada.tab.host.focus()
    bob.clap('p2')
    await world.settle()

    expect(world.network.requests.map(({ principal }) => principal)).toEqual(['bob'])
    expect(ada.outbox().waiting).toBe(1)
  })

  it('in another tab pauses the first one’s tab visibly, until that user is back', async () => {
    const world = createTestWorld()
    const ada = openApp(world)
    const other = openApp(world)
    await world.settle()

    other.store.dispatch(signedIn('bob'))
    await world.settle()
    ada.clap('p1')
    await world.settle()
    const paused = ada.outbox().paused
    const sent = world.network.requests.length
    other.store.dispatch(signedIn('ada'))
    await world.settle()
    await world.clock.advance(3_000)

    expect(paused).toBe('principal')
    expect(sent).toBe(0)
    expect(ada.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  it('is detected by a principal-mismatch of the server, after which nothing more of the first is sent', async () => {
    const world = createTestWorld({ network: answer(403, { type: 'urn:x:principal-mismatch' }) })
    const app = openApp(world)
    app.clap('p1')
    await world.settle()
    app.clap('p2')
    await world.clock.advance(600_000)

    expect(world.network.requests).toHaveLength(1)
    expect(app.outbox()).toMatchObject({ paused: 'principal', waiting: 2 })
  })

  it('has their own token in the headers, made at the time of sending', async () => {
    const world = createTestWorld()
    const app = openApp(world, {
      prepareHeaders: (headers, { getState }) => headers.set('authorization', getState().session.token),
    })

    app.clap('p1')
    await world.settle()
    app.store.dispatch(signedIn('bob'))
    app.clap('p1')
    await world.settle()

    expect(world.network.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'token of ada',
      'token of bob',
    ])
  })
})
