import { describe, expect, it } from 'vitest'
import { clapped, liked, openApp, refetched, signedIn } from '../../../test/page-fixture.js'
import { discard, markDelivered, outboxEntries, retry, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, cut, type SentRequest } from '../../testing/index.js'

const expired = answer(410, { type: 'urn:x:key-expired' })

/** A clap that is in doubt, in one of two tabs. */
async function doubted() {
  const world = createTestWorld()
  const [here, there] = [openApp(world), openApp(world)]
  await world.settle()
  world.network.next(expired)
  const receipt = here.clap('p1')
  await world.settle()
  return { world, here, there, receipt }
}

describe('an entry in doubt that did happen', () => {
  it('becomes confirmed state by markDelivered() in any tab, without a flicker, and its receipt settles', async () => {
    const { world, here, there, receipt } = await doubted()
    const seen: unknown[] = []
    here.store.subscribe(() => seen.push(here.post('p1')?.claps))
    const state = here.outbox().entries[receipt.id]?.state

    expect(await markDelivered(there.broker, receipt.id)).toBe('marked')
    await world.settle()

    expect(state).toBe('inDoubt')
    expect(await receipt.settled).toEqual({ status: 'deliveredWithoutAnswer' })
    await expect(receipt.unwrap()).rejects.toMatchObject({ outcome: { status: 'deliveredWithoutAnswer' } })
    for (const tab of [here, there]) {
      expect(tab.types()).toContain('posts/clapped/deliveredWithoutAnswer')
      expect(tab.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
      expect(tab.post('p1')?.claps).toBe(1)
    }
    expect(new Set(seen)).toEqual(new Set([1]))
    expect(world.network.requests).toHaveLength(1)
  })

  it('lets its lane go on', async () => {
    const { world, here, receipt } = await doubted()
    const next = here.store.dispatch(liked({ postId: 'p1' }))
    await world.settle()
    const held = world.network.requests.length

    await markDelivered(here.broker, receipt.id)
    await world.settle()

    expect(held).toBe(1)
    expect((await next.settled).status).toBe('delivered')
  })

  it('is shown by a later page, over an older read and not twice in a newer one', async () => {
    const { world, here, there, receipt } = await doubted()
    there.tab.crash()
    const marking = markDelivered(here.broker, receipt.id)
    await world.settle()
    await marking
    here.tab.crash()

    const later = openApp(world)
    await world.settle()
    const stored = later.post('p1')?.claps
    later.store.dispatch(refetched({ p1: { likes: 0, likedByMe: false, claps: 1 } }))

    expect(stored).toBe(1)
    expect(later.post('p1')?.claps).toBe(1)
  })

  it.each([
    ['that was sent again already', retry],
    ['that was given up already', discard],
  ])('is not found if it is one %s', async (_name, act) => {
    const { world, here, there, receipt } = await doubted()
    await act(there.broker, receipt.id)
    await world.settle()

    expect(await markDelivered(here.broker, receipt.id)).toBe('notFound')
  })

  it('is not found by another user, nor is a dead letter or a waiting entry found', async () => {
    const { world, here, there, receipt } = await doubted()
    there.store.dispatch(signedIn('bob'))
    world.network.next(answer(422))
    const letter = here.clap('p2')
    await world.settle()
    world.setOnline(false)
    const waiting = here.clap('p3')
    await world.settle()

    expect(await markDelivered(there.broker, receipt.id)).toBe('notFound')
    expect(await markDelivered(here.broker, letter.id)).toBe('notFound')
    expect(await markDelivered(here.broker, waiting.id)).toBe('notFound')
  })
})

describe('an entry in doubt that is sent again', () => {
  it('gets a new key if the server calls the old one expired, and arrives', async () => {
    const { world, here, receipt } = await doubted()

    expect(await retry(here.broker, receipt.id)).toBe('retried')
    await world.settle()

    const [first, second] = world.network.requests
    expect((await receipt.settled).status).toBe('delivered')
    expect(second?.key).not.toBe(first?.key)
  })
})

/** The same clap for a server that the app knows nothing of. */
const toPlain = write(clapped, { request: ({ postId }) => ({ url: `/api/posts/${postId}/claps` }) })

describe('the status query', () => {
  const options = { routes: [toPlain], statusQuery: '/api/idempotency/:key' }
  const isQuery = ({ url }: SentRequest) => url.includes('/api/idempotency/')
  /** A server that loses its first answer, and says this of any key. */
  const worldWhere = (state: object) => {
    const world = createTestWorld({
      network: (request) => (isQuery(request) ? answer(200, state) : acknowledge(request, {})),
    })
    world.network.next(cut())
    return world
  }

  it('settles an entry that a server of the own origin knows, for its user', async () => {
    const world = worldWhere({ state: 'done', status: 201 })
    const app = openApp(world, options)
    const receipt = app.clap('p1')
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'deliveredWithoutAnswer' })
    expect(app.post('p1')?.claps).toBe(1)
    expect(world.network.requests.filter(isQuery)).toMatchObject([
      { url: `https://app.test/api/idempotency/${receipt.id}`, method: 'GET', principal: 'ada' },
    ])
  })

  it('leaves an entry in doubt whose key the server has forgotten', async () => {
    const world = worldWhere({ state: 'expired' })
    const app = openApp(world, options)
    const receipt = app.clap('p1')
    await world.settle()

    const [entry] = await outboxEntries(app.broker)
    expect(entry).toMatchObject({ id: receipt.id, state: 'inDoubt', trouble: { reason: 'keyExpired' } })
    expect(app.outbox().entries[receipt.id]?.state).toBe('inDoubt')
    expect(world.reports).toEqual([])
  })

  it('is sent at the next start for entries in doubt of an earlier page', async () => {
    const world = worldWhere({ state: 'unknown' })
    const first = openApp(world, { routes: [toPlain] })
    const { id } = first.clap('p1')
    await world.settle()
    first.tab.crash()

    const app = openApp(world, options)
    await world.clock.advance(1_000)

    const sent = world.network.requests.filter((one) => !isQuery(one))
    expect(sent.map(({ key }) => key)).toEqual([id, id])
    expect(app.outbox().waiting).toBe(0)
  })
})

describe('a server that forgets keys after 7 days', () => {
  const day = 86_400_000
  const failing = answer(502, undefined, { 'idempotency-retention': '604800' })

  it.each([
    ['has been sent again', 6.2, 'delivered'],
    ['is in doubt', 6.4, 'inDoubt'],
  ])('an entry of unknown effect %s after %d days', async (_name, days, fate) => {
    const world = createTestWorld()
    world.network.next(failing)
    const first = openApp(world)
    first.clap('p1')
    await world.settle()
    first.tab.crash()
    await world.clock.advance(days * day)

    const app = openApp(world)
    await world.settle()

    const [entry] = Object.values(app.outbox().entries)
    expect(entry?.state ?? 'delivered').toBe(fate)
  })

  it('gets an entry of any age that was never sent', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const first = openApp(world)
    first.clap('p1')
    await world.settle()
    first.tab.crash()
    await world.clock.advance(4_000 * day)

    world.setOnline(true)
    const app = openApp(world)
    await world.settle()

    expect(app.types()).toContain('posts/clapped/delivered')
  })
})
