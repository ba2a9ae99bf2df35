import { afterEach, describe, expect, it, vi } from 'vitest'
import { type App, openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import type { Store } from '../../core/rows/store-port.js'
import { cancel, deadLetters, discardAll, NotDeliveredError, type Receipt } from '../../index.js'
import { acknowledge, answer, createTestWorld, held, noAnswer } from '../../testing/index.js'

afterEach(() => vi.restoreAllMocks())

/** A store whose commits are slow from `slow()` on, until the test lets them through. */
function slowStore() {
  const inner = memoryStore()
  let waiting: (() => void)[] | undefined
  const store: Store = {
    close: () => inner.close(),
    async transact(mode, durability, work) {
      const result = await inner.transact(mode, durability, work)
      if (mode === 'readwrite') await new Promise<void>((go) => (waiting ? waiting.push(go) : go()))
      return result
    },
  }
  return {
    store,
    slow() {
      waiting = []
    },
    commit() {
      for (const go of waiting ?? []) go()
      waiting = undefined
    },
  }
}

describe('a receipt', () => {
  it('is accepted only after the commit, and the change is in the view before that (P1)', async () => {
    const { store, slow, commit } = slowStore()
    const world = createTestWorld({ store })
    const app = openApp(world)
    await world.settle()
    slow()
    const told: string[] = []

    const receipt = app.like('p1')
    void receipt.accepted.then(({ status }) => told.push(status))
    const inTheSameTurn = app.post('p1')
    await world.settle()
    const before = { told: [...told], state: app.outbox().entries[receipt.id]?.state }
    commit()
    await world.settle()

    expect(inTheSameTurn).toMatchObject({ likedByMe: true, likes: 1 })
    expect(before).toEqual({ told: [], state: 'capturing' })
    expect(told).toEqual(['accepted'])
  })

  it('settles as delivered with the parsed answer of the route', async () => {
    const world = createTestWorld({ network: (request) => acknowledge(request, { likes: 7 }) })
    const app = openApp(world)

    const receipt = app.like('p1')
    await world.settle()

    expect(await receipt.accepted).toEqual({ status: 'accepted' })
    expect(await receipt.settled).toEqual({ status: 'delivered', answer: { likes: 7 } })
    expect(await receipt.unwrap()).toEqual({ likes: 7 })
    expect(app.post('p1')).toMatchObject({ likes: 7, likedByMe: true })
  })

  it('settles as returned with the reason and the status, and unwrap throws them', async () => {
    const world = createTestWorld({ network: answer(422, { title: 'no' }) })
    const app = openApp(world)

    const receipt = app.like('p1')
    await world.settle()

    const problem = { title: 'no' }
    expect(await receipt.settled).toEqual({ status: 'returned', reason: 'refused', httpStatus: 422, problem })
    const error = await receipt.unwrap().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NotDeliveredError)
    expect(error).toMatchObject({
      name: 'NotDeliveredError',
      outcome: { status: 'returned', httpStatus: 422, problem },
    })
    expect(app.post('p1')).toEqual({ likes: 0, likedByMe: false, claps: 0, problem: 'refused' })
  })

  it.each([
    ['problem details', answer(409, { type: '/taken', field: 'name' }), { type: '/taken', field: 'name' }],
    ['a list', answer(400, [{ loc: ['body'] }]), [{ loc: ['body'] }]],
    ['no body', answer(422), ''],
    ['a page of HTML', answer(422, '<p>no</p>', { 'content-type': 'text/html' }), '<p>no</p>'],
  ])('has the problem of the refusal: %s', async (_name, reply, problem) => {
    const world = createTestWorld({ network: reply })
    const app = openApp(world, { server: 'plain' })

    const receipt = app.like('p1')
    await world.settle()
    const settled = await receipt.settled

    const [letter] = await deadLetters(app.broker)
    expect(settled).toMatchObject({ status: 'returned', problem })
    expect(letter?.problem).toEqual(problem)
    expect(await receipt.unwrap().catch((thrown) => thrown.outcome)).toEqual(settled)
  })

  it('is cancelled while nothing was sent: nothing is sent and the change leaves the view', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const app = openApp(world)
    const receipt = app.clap('p1')
    await receipt.accepted
    await world.settle()

    expect(await receipt.cancel()).toBe('cancelled')
    await world.settle()
    world.setOnline(true)
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    expect(app.post('p1')?.claps).toBe(0)
    expect(app.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
    expect(world.network.requests).toHaveLength(0)
  })

  it('is cancelled before it is on disk too, in the same turn', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()

    const receipt = app.clap('p1')
    const cancelled = receipt.cancel()
    await world.settle()

    expect(await cancelled).toBe('cancelled')
    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    expect(app.post('p1')?.claps).toBe(0)
    expect(app.outbox().waiting).toBe(0)
    expect(world.network.requests).toHaveLength(0)
  })

  it('is cancelled while it is being written to the disk', async () => {
    const { store, slow, commit } = slowStore()
    const world = createTestWorld({ store })
    world.setOnline(false)
    const app = openApp(world)
    await world.settle()
    slow()
    const receipt = app.clap('p1')
    await world.settle()

    const cancelled = receipt.cancel()
    commit()
    await world.settle()

    expect(await cancelled).toBe('cancelled')
    await world.settle()
    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    expect(app.post('p1')?.claps).toBe(0)
  })

  it.each<[string, (app: App, other: App, receipt: Receipt<unknown>) => Promise<unknown>]>([
    ['by itself, at the same time', async (_app, _other, receipt) => void receipt.cancel()],
    ['by itself', (_app, _other, receipt) => receipt.cancel()],
    ['in another tab', (_app, other, { id }) => cancel(other.broker, id)],
    ['by discardAll', (app) => discardAll(app.broker)],
  ])('says that its entry is cancelled if it was taken back before: %s', async (_how, takeBack) => {
    const world = createTestWorld()
    world.setOnline(false)
    const [app, other] = [openApp(world), openApp(world)]
    const receipt = app.clap('p1')
    await world.settle()

    await takeBack(app, other, receipt)

    expect(await receipt.cancel()).toBe('cancelled')
  })

  it('says that it is too late once its entry has ended otherwise', async () => {
    const world = createTestWorld({ network: answer(422) })
    const app = openApp(world)
    const receipt = app.like('p1')
    await world.settle()

    expect(await receipt.cancel()).toBe('tooLate')
    await app.broker.stop()
    expect(await receipt.cancel()).toBe('tooLate')
  })

  it('is not cancelled once its request is on its way', async () => {
    const { reply, release } = held()
    const world = createTestWorld({ network: reply })
    const app = openApp(world)
    const receipt = app.like('p1')
    await world.settle()

    expect(await receipt.cancel()).toBe('tooLate')
    release(answer(200, { likes: 1 }))
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
  })

  it('is not cancelled after an attempt of unknown effect', async () => {
    const world = createTestWorld({ network: [noAnswer({ timedOut: true })] })
    const app = openApp(world)
    const receipt = app.like('p1')
    await world.settle()

    expect(await receipt.cancel()).toBe('tooLate')
  })

  it('that the app ignores causes no unhandled rejection, whatever its outcome (P13)', async () => {
    const unhandled: unknown[] = []
    const listener = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', listener)
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken: Store = { close() {}, transact: () => Promise.reject(new Error('disk')) }
    const world = createTestWorld({ store: broken })
    const refusing = createTestWorld({ network: answer(422) })

    openApp(world).like('p1')
    openApp(refusing).like('p1')
    openApp(refusing, { who: undefined }).like('p1')
    await world.settle()
    await refusing.settle()
    process.off('unhandledRejection', listener)

    expect(unhandled).toEqual([])
  })
})
