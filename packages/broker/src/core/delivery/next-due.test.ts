import { describe, expect, it } from 'vitest'
import { capture, waiting } from '../fixtures/entry.fixture.js'
import { idsOf, type Outbox, outbox, outboxWith } from '../fixtures/outbox.fixture.js'
import type { CanSend } from '../outbox/delivery-requirements.js'
import { readPartition } from '../outbox/partition.js'
import { entryVersion } from '../rows/entry.js'
import { nextDue } from './claim.js'

describe('nextDue', () => {
  const next = async (box: Outbox, serves: CanSend = () => true) =>
    (await box.write(async (tx) => nextDue(tx, await readPartition(tx, 'p'), serves))).map(({ at }) => at)

  const to = (origin: string) => {
    const { request } = capture('')
    const url = `${origin}/like`
    return capture(origin, { lane: origin, channel: origin, request: { ...request, url } })
  }

  it('is the time of the head that is due first, of each channel that is served', async () => {
    const box = outbox()
    await box.accept([to('https://a.example')], { now: 20 })
    await box.accept([to('https://b.example')], { now: 10 })
    await box.accept([{ ...to('https://b.example'), lane: 'later' }], { now: 30 })

    expect(await next(box)).toEqual([20, 10])
    expect(await next(box, (origin) => origin === 'https://a.example')).toEqual([20])
    expect(await next(box, () => false)).toEqual([])
  })

  it('P11 passes over what cannot be read, however much of it there is, so that nobody wakes for it', async () => {
    const box = outbox()
    await box.activate()
    await box.write(async (tx) => {
      for (let seq = 1; seq <= 300; seq++)
        tx.put('entries', waiting({ seq, id: `${seq}`, lane: `${seq}`, version: entryVersion + 1 }))
    })
    await box.accept([capture('a')], { now: 20 })
    const before = await next(box)

    expect(idsOf(await box.claim({ now: 20 }))).toEqual(['a'])
    expect(before).toEqual([20])
    expect(await next(box)).toEqual([])
  })

  it('does not look at what waits behind a head that is in flight', async () => {
    const box = await outboxWith('x', 'x')
    await box.claim()

    expect(await next(box)).toEqual([])
  })
})
