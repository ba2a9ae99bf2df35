import { describe, expect, it } from 'vitest'
import type { Conditions } from '../../core/conditions/conditions.js'
import { appendTo } from '../../core/fixtures/append.fixture.js'
import { capture } from '../../core/fixtures/entry.fixture.js'
import { readOutboxChanges } from '../../core/journal/outbox-changes.js'
import { defaultLimits } from '../../core/limits.js'
import { channelOf } from '../../core/outbox/delivery-requirements.js'
import { activate } from '../../core/outbox/partition.js'
import { acknowledge, createTestWorld, noAnswer } from '../../testing/index.js'
import { pageDevice } from '../lifecycle/page-device.js'
import { createDelivery } from './delivery.js'
import type { WorkerClient } from './worker-client.js'

/** A page whose worker takes on everything and sends nothing, as one that may not send what waits. */
async function openPage(when?: Conditions, lacks: readonly string[] = []) {
  const world = createTestWorld({ network: () => noAnswer() })
  const tab = world.tab()
  const ports = { ...tab.ports, device: pageDevice(tab.host, tab.ports.device) }
  const owner = { partition: 'p', principal: 'ada' }
  const now = world.clock.now()
  await world.store.transact('readwrite', 'strict', async (tx) => {
    await activate(tx, owner)
    const channel = channelOf('https://o.example', [], when)
    const captures = ['a', 'b', 'c'].map((id) => capture(id, { lane: id, channel, server: 'idempotent' }))
    await appendTo(tx, 'p', captures, { now, limits: defaultLimits })
  })
  const worker = { drain: async () => true, lacks: () => lacks } as unknown as WorkerClient
  const seen = { seq: 0, number: 0 }
  const sending = createDelivery({
    ...{ ports, host: tab.host, worker, database: 'db', limits: defaultLimits },
    serves: () => true,
    prepare: async ({ headers }) => headers,
    statusQueryCode: tab.statusQueryCode,
    user: async () => owner,
    async look() {
      const news = (tx: Parameters<typeof readOutboxChanges>[0]) =>
        readOutboxChanges(tx, 'p', seen, () => true)
      sending.plan(await world.store.transact('readonly', 'relaxed', news))
    },
  })
  sending.wake('signal')
  await world.settle()
  return { world, tab, sending, tries: () => world.network.requests.length }
}

it('leaves the probes of an unreachable network to the active worker', async () => {
  const { world, tries } = await openPage()
  const before = tries()
  await world.clock.advance(60_000)

  expect(before).toBe(3)
  expect(tries()).toBe(before)
})

it('probes itself for entries that require a visible page, since no worker can send them', async () => {
  const { world, tries } = await openPage({ visible: true })
  const before = tries()
  await world.clock.advance(60_000)

  expect(before).toBe(3)
  expect(tries()).toBeGreaterThan(before)
})

describe('if the worker does not know an origin, the page tries it again', () => {
  const lacks = ['https://o.example']

  it('after a while', async () => {
    const { world, tries } = await openPage(undefined, lacks)
    const before = tries()
    await world.clock.advance(16_000)

    expect(tries()).toBe(before + 1)
  })

  it('when the user comes back to the page', async () => {
    const { world, tab, tries } = await openPage(undefined, lacks)
    const before = tries()
    tab.host.focus()
    await world.settle()

    expect(tries()).toBe(before + 1)
  })

  it('at a write and at resume()', async () => {
    const { world, sending, tries } = await openPage(undefined, lacks)
    await world.clock.advance(5_000)
    const before = tries()
    sending.wake('capture')
    await world.settle()
    sending.wake('signal')
    await world.settle()

    expect(tries()).toBe(before + 2)
  })

  it('and delivers all entries within seconds of the answer', async () => {
    const { world, tab, tries } = await openPage(undefined, lacks)
    for (let i = 0; i < 3; i += 1) world.network.next((request) => acknowledge(request, {}))
    const before = tries()
    tab.host.focus()
    await world.clock.advance(2_000)

    expect(tries()).toBe(before + 3)
  })
})
