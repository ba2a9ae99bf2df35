import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, outbox, refusedReply } from '../fixtures/outbox.fixture.js'

describe('append', () => {
  it('gives each capture its place in the order of commits, in the order given', async () => {
    const box = outbox()

    const first = await box.accept([capture('a'), capture('b')])
    const second = await box.accept([capture('c')])

    expect([...first, ...second]).toEqual([
      { status: 'accepted', id: 'a', seq: 1 },
      { status: 'accepted', id: 'b', seq: 2 },
      { status: 'accepted', id: 'c', seq: 3 },
    ])
  })

  it('stores an entry that is due at once, was never sent, and has the whole capture', async () => {
    const box = outbox()
    const given = capture('a', { server: 'idempotent', onReturned: 'block', bytes: 77 })

    await box.accept([given], { now: 5 })

    const { entries } = await box.contents()
    expect(entries).toEqual([
      {
        ...given,
        version: 1,
        partition: 'p',
        seq: 1,
        state: 'waiting',
        head: true,
        notBefore: 5,
        savedAt: 5,
        acceptedAt: 5,
        attempts: 0,
        failures: 0,
        fence: 0,
        effect: 'none',
        dueAt: 5,
      },
    ])
  })

  it('makes only the first of each lane its head, of one batch or of many', async () => {
    const box = outbox()
    const lanes = (...names: string[]) => names.map((lane, i) => capture(`${lane}${i}`, { lane }))

    await box.accept(lanes('x', 'x', 'y'))
    await box.accept(lanes('y', 'z', 'x'))

    const { entries } = await box.contents()
    expect(entries.map((entry) => entry.state === 'waiting' && entry.head)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ])
    expect(entries.map(({ dueAt }) => dueAt)).toEqual([0, undefined, 0, undefined, 0, undefined])
  })

  it('makes no entry the head of a lane that a dead letter blocks', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a', { onReturned: 'block' })])
    const [sent] = await box.claim()
    if (sent) await box.settle(sent, refusedReply)

    await box.accept([capture('b'), capture('c', { lane: 'other' })])

    expect((await box.claim()).map(({ id }) => id)).toEqual(['c'])
  })

  it('separates lanes of the same name of two users', async () => {
    const box = outbox()

    await box.accept([capture('a')], { partition: 'p' })
    await box.accept([capture('b')], { partition: 'q' })

    const { entries } = await box.contents('q')
    expect(entries).toMatchObject([{ id: 'b', seq: 1, head: true }])
  })

  describe('P10 at its limits', () => {
    it('refuses one entry too many, and stores nothing of it', async () => {
      const box = outbox()

      const appended = await box.accept([capture('a'), capture('b'), capture('c')], {
        limits: { entriesMax: 2 },
      })

      expect(appended.at(-1)).toEqual({ status: 'notAccepted', id: 'c', reason: 'outboxFull' })
      const { row, entries } = await box.contents()
      expect(entries.map(({ id }) => id)).toEqual(['a', 'b'])
      expect(row).toMatchObject({ waiting: 2, nextSeq: 3, bytes: 20 })
    })

    it('refuses an entry that is one byte too large, and accepts a smaller one after it', async () => {
      const box = outbox()
      const captures = [capture('a', { bytes: 60 }), capture('b', { bytes: 41 }), capture('c', { bytes: 40 })]

      const appended = await box.accept(captures, { limits: { bytesMax: 100 } })

      expect(appended.map(({ status }) => status)).toEqual(['accepted', 'notAccepted', 'accepted'])
      expect((await box.contents()).row.bytes).toBe(100)
    })

    it('does not count a refused entry as an earlier one of its lane', async () => {
      const box = outbox()
      await box.accept([capture('big', { bytes: 101 }), capture('small')], { limits: { bytesMax: 100 } })

      expect((await box.contents()).entries).toMatchObject([{ id: 'small', head: true }])
    })

    it('counts dead letters until they are requeued or discarded', async () => {
      const box = outbox()
      await box.activate()
      await box.accept([capture('a')])
      const [sent] = await box.claim()
      if (sent) await box.settle(sent, refusedReply)

      const [appended] = await box.accept([capture('b')], { limits: { entriesMax: 1 } })

      expect(appended?.status).toBe('notAccepted')
    })

    it('has room again after a delivery', async () => {
      const box = outbox()
      const limits = { entriesMax: 1, bytesMax: 10 }
      await box.activate()
      await box.accept([capture('a')], { limits })
      const [sent] = await box.claim()
      if (sent) await box.settle(sent, deliveredOutcome)

      const [appended] = await box.accept([capture('b')], { limits })

      expect(appended).toEqual({ status: 'accepted', id: 'b', seq: 2 })
    })
  })
})
