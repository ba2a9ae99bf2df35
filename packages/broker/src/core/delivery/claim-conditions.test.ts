import { describe, expect, it } from 'vitest'
import type { Conditions, Surroundings } from '../conditions/conditions.js'
import type { DeviceState } from '../conditions/device.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, idsOf, outbox, retriedOutcome } from '../fixtures/outbox.fixture.js'
import { channelOf } from '../outbox/delivery-requirements.js'
import { readPartition } from '../outbox/partition.js'
import type { StoreTransaction } from '../rows/store-port.js'
import { claim } from './claim.js'

const origin = 'https://o.example'
const on = (state: DeviceState): Surroundings => ({
  device: { now: () => state, listen: () => () => {} },
})
const mobile = on({ unmetered: false })
const wifi = on({ unmetered: true })
const upload = (id: string, lane = id, when: Conditions = { network: 'unmetered' }) =>
  capture(id, { lane, channel: channelOf(origin, [], when) })

async function filled(...captures: Parameters<ReturnType<typeof outbox>['accept']>[0]) {
  const box = outbox()
  await box.activate()
  await box.accept(captures)
  return box
}

describe('claim, where entries wait for conditions', () => {
  it('leaves what is not met waiting as it is, and takes it as soon as it is met', async () => {
    const box = await filled(upload('a'))
    const before = await box.contents()

    expect(await box.claim({ surroundings: mobile })).toEqual([])
    expect(await box.contents()).toEqual(before)
    expect(idsOf(await box.claim({ surroundings: wifi }))).toEqual(['a'])
  })

  it('has a lane wait behind it, and no other lane', async () => {
    const box = await filled(upload('a', 'x'), capture('b', { lane: 'x' }), capture('c', { lane: 'y' }))

    expect(idsOf(await box.claim({ surroundings: mobile }))).toEqual(['c'])
    const [sent] = await box.claim({ surroundings: wifi })
    if (sent) await box.settle(sent, deliveredOutcome)
    expect([sent?.id, ...idsOf(await box.claim({ surroundings: mobile }))]).toEqual(['a', 'b'])
  })

  it('has what waits behind others in its lane wait too, once its turn has come', async () => {
    const box = await filled(capture('a', { lane: 'x' }), upload('b', 'x'))
    const [sent] = await box.claim({ surroundings: mobile })
    if (sent) await box.settle(sent, deliveredOutcome)

    expect(sent?.id).toBe('a')
    expect(await box.claim({ surroundings: mobile })).toEqual([])
    expect(idsOf(await box.claim({ surroundings: wifi }))).toEqual(['b'])
  })

  it('holds the conditions against the device again at every attempt', async () => {
    const box = await filled(upload('a'))
    const [sent] = await box.claim({ surroundings: wifi })
    if (sent) await box.settle(sent, retriedOutcome({ retryAfterMs: 0 }), { now: 0, random: 0 })

    expect(sent?.attempts).toBe(1)
    expect(await box.claim({ now: 1_000, surroundings: mobile })).toEqual([])
    expect(await box.claim({ now: 1_000, surroundings: wifi })).toMatchObject([{ id: 'a', attempts: 2 }])
  })

  it('opens and closes with the hours that an entry names', async () => {
    const when = { between: { from: '01:00', to: '02:00' } }
    const box = await filled(upload('a', 'a', when), upload('b', 'b', when))
    const minutes = (count: number) => count * 60_000

    expect(await box.claim({ now: minutes(59.99) })).toEqual([])
    expect(idsOf(await box.claim({ now: minutes(60), concurrencyMax: 1 }))).toEqual(['a'])
    expect(await box.claim({ now: minutes(120) })).toEqual([])
  })

  it('does not begin its hours twice for an entry, though the clock goes back', async () => {
    const hour = 3_600_000
    const box = await filled(upload('a', 'a', { between: { from: '01:00', to: '02:00' } }))
    const [sent] = await box.claim({ now: hour })

    expect(sent?.id).toBe('a')
    expect(await box.claim({ now: hour - 1 })).toEqual([])
    expect(await box.claim({ now: hour })).toEqual([])
    if (sent) await box.settle(sent, deliveredOutcome, { now: 0 })
    expect(await box.claim({ now: hour })).toEqual([])
  })

  it('P12 reads no entry of what is not met, however many there are', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => upload(`${i}`))
    const box = await filled(...many, capture('b', { lane: 'y' }))
    const spans: unknown[] = []
    const claimed = await box.write(async (tx) => {
      const counting: StoreTransaction = {
        ...tx,
        list: (span, limit) => {
          if (span.store === 'entries') spans.push(span.from)
          return tx.list(span, limit)
        },
      }
      return claim(counting, await readPartition(tx, 'p'), new Map(), {
        owner: 'me',
        now: 0,
        probe: 'none',
        concurrencyMax: 6,
        inFlight: [],
        serves: () => true,
        surroundings: mobile,
      })
    })

    expect(idsOf(claimed.claimed)).toEqual(['b'])
    expect(spans).toEqual([['p', origin]])
  })
})
