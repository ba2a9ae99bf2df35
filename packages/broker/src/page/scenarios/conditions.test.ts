import { createAction } from '@reduxjs/toolkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeBroker, makeStore } from '../../../test/page-fixture.js'
import { type Conditions, write } from '../../index.js'
import {
  answer,
  createTestWorld,
  type TestWorld,
  type TestWorldOptions,
  timeZone,
} from '../../testing/index.js'

const minute = 60_000
const hour = 60 * minute
const night = { from: '22:00', to: '06:00' }
const zone = timeZone('Europe/Berlin')
/** Midsummer's noon in Berlin. */
const noon = Date.parse('2026-06-21T10:00Z')

interface Job {
  readonly id: string
  readonly lane: string
}

const put = (kind: string, when?: Conditions) =>
  write(createAction<Job>(`jobs/${kind}`), {
    request: ({ id }) => ({ method: 'PUT', url: `/api/jobs/${id}` }),
    lane: ({ lane }) => lane,
    ...(when && { when }),
  })
const plain = put('plain')
const upload = put('upload', { network: 'unmetered' })
const bulk = put('bulk', { between: night })
const seen = put('seen', { visible: true })
const quick = put('quick', { effectiveType: '3g', saveData: false })
const routes = [plain, upload, bulk, seen, quick]

const worldAt = (now = noon, more: TestWorldOptions = {}) => createTestWorld({ now, zone, ...more })

function open(world: TestWorld) {
  const tab = world.tab()
  const broker = makeBroker(tab, { routes })
  const { store } = makeStore(broker)
  const { dispatch } = store
  return { tab, broker, dispatch, waiting: () => store.getState().broker.waiting }
}

const sent = ({ network }: TestWorld) => network.requests.map(({ url }) => url.split('/').at(-1))

describe('a write that waits for a connection', () => {
  it('is accepted and waits while the connection is not that, and leaves as soon as it is', async () => {
    const world = worldAt()
    const { tab, dispatch, waiting } = open(world)
    tab.setDevice({ unmetered: false })
    const receipt = dispatch(upload({ id: 'a', lane: 'x' }))
    await world.clock.advance(hour)
    const before = [sent(world), waiting()]
    tab.setDevice({ unmetered: true })
    await world.settle()

    expect(await receipt.accepted).toMatchObject({ status: 'accepted' })
    expect(before).toEqual([[], 1])
    expect(sent(world)).toEqual(['a'])
    expect(await receipt.settled).toMatchObject({ status: 'delivered' })
  })

  it('has its lane wait behind it, and no other', async () => {
    const world = worldAt()
    const { tab, dispatch } = open(world)
    tab.setDevice({ unmetered: false })
    dispatch(upload({ id: 'a', lane: 'x' }))
    dispatch(plain({ id: 'b', lane: 'x' }))
    dispatch(plain({ id: 'c', lane: 'y' }))
    await world.clock.advance(hour)
    const before = sent(world)
    tab.setDevice({ unmetered: true })
    await world.settle()

    expect(before).toEqual(['c'])
    expect(sent(world)).toEqual(['c', 'a', 'b'])
  })

  it('needs all that it names', async () => {
    const world = worldAt()
    const { tab, dispatch } = open(world)
    tab.setDevice({ effectiveType: '2g' })
    dispatch(quick({ id: 'a', lane: 'x' }))
    await world.settle()
    tab.setDevice({ effectiveType: '4g', saveData: true })
    await world.settle()
    const before = sent(world)
    tab.setDevice({ effectiveType: '3g', saveData: false })
    await world.settle()

    expect(before).toEqual([])
    expect(sent(world)).toEqual(['a'])
  })

  it('is sent at once where the browser says nothing of its connection', async () => {
    const world = worldAt()
    open(world).dispatch(upload({ id: 'a', lane: 'x' }))
    await world.settle()

    expect(sent(world)).toEqual(['a'])
  })

  it('counts no attempt while it waits, and waits again where an attempt has failed meanwhile', async () => {
    const world = worldAt(noon, { network: [answer(503)] })
    const { tab, dispatch } = open(world)
    const receipt = dispatch(upload({ id: 'a', lane: 'x' }))
    await world.settle()
    tab.setDevice({ unmetered: false })
    await world.clock.advance(24 * hour)
    const before = sent(world)
    tab.setDevice({ unmetered: true })
    await world.settle()

    expect(before).toEqual(['a'])
    expect(sent(world)).toEqual(['a', 'a'])
    expect(await receipt.settled).toMatchObject({ status: 'delivered' })
  })

  it('waits on in the next page, though it was closed, until the device is fit', async () => {
    const world = worldAt()
    const first = open(world)
    first.tab.setDevice({ unmetered: false })
    first.dispatch(upload({ id: 'a', lane: 'x' }))
    await world.settle()
    first.tab.crash()
    const second = world.tab()
    second.setDevice({ unmetered: false })
    const broker = makeBroker(second, { routes })
    const { store } = makeStore(broker)
    await world.clock.advance(hour)
    const before = [sent(world), store.getState().broker.waiting]
    second.setDevice({})
    await world.settle()

    expect(before).toEqual([[], 1])
    expect(sent(world)).toEqual(['a'])
  })
})

describe('a write that waits for a page that is looked at', () => {
  it('is sent by the tab that is, whatever tab it was made in', async () => {
    const world = worldAt()
    const [back, front] = [open(world), open(world)]
    back.tab.host.setVisible(false)
    front.tab.host.setVisible(false)
    back.dispatch(seen({ id: 'a', lane: 'x' }))
    await world.clock.advance(hour)
    const before = sent(world)
    front.tab.host.setVisible(true)
    await world.settle()

    expect(before).toEqual([])
    expect(sent(world)).toEqual(['a'])
    expect(back.waiting()).toBe(0)
  })
})

describe('a write that waits for hours of the day', () => {
  it.each([
    ['in summer', noon, 10 * hour],
    ['in winter', Date.parse('2026-12-21T12:00Z'), 9 * hour],
    ['before the night in which the clocks go forward', Date.parse('2026-03-28T20:59Z'), minute],
  ])('is sent as they begin by the clock on the wall, %s', async (_, now, ms) => {
    const world = worldAt(now)
    open(world).dispatch(bulk({ id: 'a', lane: 'x' }))
    await world.clock.advance(ms - 1)
    const before = sent(world)
    await world.clock.advance(1)

    expect(before).toEqual([])
    expect(sent(world)).toEqual(['a'])
  })

  it('is sent once, though the clock goes back by an hour while it is in flight and after it', async () => {
    const world = worldAt(noon + 10 * hour)
    const { dispatch, waiting } = open(world)
    dispatch(bulk({ id: 'a', lane: 'x' }))
    world.network.always(async (request) => {
      world.clock.jump(-hour)
      return answer(200, {}, { 'idempotency-key': `"${request.key}"` })
    })
    await world.settle()
    world.clock.jump(-hour)
    await world.clock.advance(24 * hour)

    expect(sent(world)).toEqual(['a'])
    expect(waiting()).toBe(0)
  })

  it('waits for them to begin again where the clock goes back before them', async () => {
    const world = worldAt(noon + 10 * hour - 30_000)
    open(world).dispatch(bulk({ id: 'a', lane: 'x' }))
    await world.settle()
    world.clock.jump(-hour)
    await world.clock.advance(hour)
    const before = sent(world)
    await world.clock.advance(30_000)

    expect(before).toEqual([])
    expect(sent(world)).toEqual(['a'])
  })

  it('is sent within a minute of a clock that is set forward into them, and at once where something happens', async () => {
    const world = worldAt()
    const { tab, dispatch } = open(world)
    dispatch(bulk({ id: 'a', lane: 'x' }))
    await world.settle()
    world.clock.jump(11 * hour)
    await world.clock.advance(minute)
    const slow = sent(world)
    world.clock.jump(-11 * hour)
    dispatch(bulk({ id: 'b', lane: 'x' }))
    await world.settle()
    world.clock.jump(11 * hour)
    tab.host.focus()
    await world.settle()

    expect(slow).toEqual(['a'])
    expect(sent(world)).toEqual(['a', 'b'])
  })
})

describe('conditions that change at random', () => {
  const kinds = { plain, upload, bulk, seen, quick }
  const change = fc.oneof(
    fc.record({ unmetered: fc.constantFrom(true, false, undefined) }),
    fc.record({ saveData: fc.boolean(), effectiveType: fc.constantFrom('2g', '3g', '4g', undefined) }),
    fc.record({ visible: fc.boolean() }),
    fc.record({ jump: fc.constantFrom(-hour, hour) }),
    fc.record({ online: fc.boolean() }),
    fc.record({ advance: fc.integer({ min: 1, max: 8 * hour }) }),
    fc.record({ kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), lane: fc.nat(2) }),
  )

  it('send nothing that is not met, everything once that is, and each lane in its order', async () => {
    const held = { upload: 0, bulk: 0, seen: 0, quick: 0, plain: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 40 }), async (changes) => {
        const world = worldAt()
        const { tab, dispatch, waiting } = open(world)
        const jobs: { readonly id: string; readonly kind: keyof typeof kinds; readonly lane: number }[] = []
        const arrived: string[] = []
        let device: Record<string, unknown> = {}
        const isNight = () => {
          const local = new Date(world.clock.now() + zone.offsetMinutes(world.clock.now()) * minute)
          return local.getUTCHours() >= 22 || local.getUTCHours() < 6
        }
        const isMet = {
          plain: () => true,
          upload: () => device['unmetered'] !== false,
          bulk: isNight,
          seen: () => tab.host.isVisible(),
          quick: () => device['effectiveType'] !== '2g' && device['saveData'] !== true,
        }
        world.network.always((request) => {
          const id = request.url.split('/').at(-1) ?? ''
          const job = jobs.find((one) => one.id === id)
          expect(job && isMet[job.kind]()).toBe(true)
          arrived.push(id)
          return answer(200, {}, { 'idempotency-key': `"${request.key}"` })
        })
        for (const one of changes) {
          if ('visible' in one) tab.host.setVisible(one.visible)
          else if ('jump' in one) world.clock.jump(one.jump)
          else if ('online' in one) world.setOnline(one.online)
          else if ('advance' in one) await world.clock.advance(one.advance)
          else if ('kind' in one) {
            const job = { id: `${jobs.length}`, kind: one.kind, lane: one.lane }
            jobs.push(job)
            dispatch(kinds[one.kind]({ id: job.id, lane: `${one.lane}` }))
          } else {
            device = { ...device, ...one }
            tab.setDevice(device)
          }
          await world.settle()
          for (const job of jobs) if (!arrived.includes(job.id) && !isMet[job.kind]()) held[job.kind]++
        }
        device = {}
        tab.setDevice(device)
        tab.host.setVisible(true)
        world.setOnline(true)
        await world.clock.advance(24 * hour)

        expect(waiting()).toBe(0)
        expect(world.reports).toEqual([])
        for (const lane of [0, 1, 2]) {
          const dispatched = jobs.filter((job) => job.lane === lane).map(({ id }) => id)
          expect(arrived.filter((id) => dispatched.includes(id))).toEqual(dispatched)
        }
      }),
      { seed: 4, numRuns: 60 },
    )
    // What never waited proves nothing.
    for (const kind of ['upload', 'bulk', 'seen', 'quick'] as const)
      expect(held[kind], kind).toBeGreaterThan(10)
  })
})
