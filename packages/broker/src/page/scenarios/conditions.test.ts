import { describe, expect, it } from 'vitest'
import { makeBroker, makeStore } from '../../../test/page-fixture.js'
import { answer, type TestWorld } from '../../testing/index.js'
import {
  bulk,
  hour,
  minute,
  noon,
  open,
  plain,
  quick,
  routes,
  seen,
  upload,
  worldAt,
} from '../fixtures/conditions.fixture.js'

const sent = ({ network }: TestWorld) => network.requests.map(({ url }) => url.split('/').at(-1))

describe('a write that waits for a connection', () => {
  it('is accepted, waits for its kind of connection, and is sent as soon as it has it', async () => {
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

  it('holds up its own lane only', async () => {
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

  it('requires all of its conditions', async () => {
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

  it('is sent at once if the browser does not report its connection', async () => {
    const world = worldAt()
    open(world).dispatch(upload({ id: 'a', lane: 'x' }))
    await world.settle()

    expect(sent(world)).toEqual(['a'])
  })

  it('counts no attempt while it waits, and waits again after a failed attempt', async () => {
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

  it('goes on waiting in the next page until the device meets its conditions', async () => {
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

describe('a write that waits for a visible page', () => {
  it('is sent by the visible tab, even if another tab made it', async () => {
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
  ])('is sent as they begin by the wall clock, %s', async (_, now, ms) => {
    const world = worldAt(now)
    open(world).dispatch(bulk({ id: 'a', lane: 'x' }))
    await world.clock.advance(ms - 1)
    const before = sent(world)
    await world.clock.advance(1)

    expect(before).toEqual([])
    expect(sent(world)).toEqual(['a'])
  })

  it('is sent once, although the clock goes back by an hour in flight and afterwards', async () => {
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

  it('waits again if the clock goes back before the hours', async () => {
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

  it('is sent within a minute after the clock is set forward, and at once at any event', async () => {
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
