import { describe, expect, it } from 'vitest'
import { heads, letGo, sendAgain, stateAfter, takeBack } from '../fixtures/dead-letters.fixture.js'
import { capture, sendingEntry, waiting } from '../fixtures/entry.fixture.js'
import {
  deliveredOutcome,
  doubted,
  outbox,
  refusedReply,
  retriedOutcome,
} from '../fixtures/outbox.fixture.js'
import { entryVersion, type SendingEntry, toRow } from '../rows/entry.js'

const knocking = { owner: 'me', session: 0, renewals: 0, knocking: true }

describe('cancel', () => {
  it('cancels an entry that was never sent, and its lane goes on', async () => {
    const box = outbox()
    await box.accept([capture('a'), capture('b')])

    expect(await takeBack(box, 'a')).toBe('cancelled')

    const { row, entries, journal } = await box.contents()
    expect(entries).toMatchObject([{ id: 'b', head: true }])
    expect(row).toMatchObject({ waiting: 1, bytes: 10 })
    expect(journal).toMatchObject([{ kind: 'cancelled', entryId: 'a', at: 9 }])
  })

  it("cancels an entry that waits behind others, and keeps the lane's head", async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a'), capture('b'), capture('c')])
    await box.claim()

    expect(await takeBack(box, 'b')).toBe('cancelled')

    expect((await box.contents()).entries.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'sending'],
      ['c', 'waiting'],
    ])
    expect(await heads(box)).toEqual([])
  })

  it('keeps the head with a requeued entry before it in the lane', async () => {
    const box = await stateAfter(refusedReply)
    await sendAgain(box, 'a')

    expect(await takeBack(box, 'c')).toBe('cancelled')

    expect(await heads(box)).toEqual(['b'])
  })

  it('cancels an entry that surely had no effect', async () => {
    const box = await stateAfter(retriedOutcome({ httpStatus: 503, effect: 'none' }))

    expect(await takeBack(box, 'a')).toBe('cancelled')
  })

  it('cancels an entry of which nothing has left yet, since its knock comes first', async () => {
    const box = outbox()
    await box.write(async (tx) => {
      tx.put('entries', toRow(sendingEntry({ id: 'a', lease: knocking })))
      tx.put('entries', waiting({ id: 'b', seq: 2, head: false }))
    })

    expect(await takeBack(box, 'a')).toBe('cancelled')

    const { entries, journal } = await box.contents()
    expect(entries).toMatchObject([{ id: 'b', head: true }])
    expect(journal).toMatchObject([{ kind: 'cancelled', entryId: 'a' }])
  })

  it('is too late for an entry whose knock comes before a repeat of unknown effect', async () => {
    const box = outbox()
    const row = toRow(sendingEntry({ id: 'a', lease: knocking, effect: 'unknown' }))
    await box.write(async (tx) => tx.put('entries', row))

    expect(await takeBack(box, 'a')).toBe('tooLate')
  })

  it.each([
    ['in flight', undefined],
    ['of unknown effect', retriedOutcome()],
    ['in doubt', doubted],
  ])('is too late for an entry that is %s, and changes nothing', async (_name, outcome) => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a', { server: 'idempotent' })])
    const [entry] = await box.claim()
    if (outcome) await box.settle(entry as SendingEntry, outcome)
    const before = await box.contents()

    expect(await takeBack(box, 'a')).toBe('tooLate')
    expect(await box.contents()).toEqual(before)
  })

  it.each([
    ['was delivered', deliveredOutcome],
    ['was returned', refusedReply],
  ])('does not find an entry that %s, and changes nothing', async (_name, outcome) => {
    const box = await stateAfter(outcome)
    const before = await box.contents()

    expect(await takeBack(box, 'a')).toBe('notFound')
    expect(await box.contents()).toEqual(before)
  })

  it("does not find another user's entry", async () => {
    const box = outbox()
    await box.accept([capture('a')])

    expect(await takeBack(box, 'a', 'q')).toBe('notFound')
    expect((await box.contents()).entries).toHaveLength(1)
  })

  it('leaves a row of a newer release alone', async () => {
    const box = outbox()
    await box.write(async (tx) => tx.put('entries', waiting({ version: entryVersion + 1 })))

    expect(await takeBack(box, 'id-1')).toBe('tooLate')
  })
})

describe('requeue', () => {
  it('sends a dead letter again, in its old place before waiting entries', async () => {
    const box = await stateAfter(refusedReply, { onReturned: 'block' })

    await sendAgain(box, 'a')

    const { row, entries, letters, journal } = await box.contents()
    expect(entries.map(({ id, seq }) => [id, seq])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
    expect(await heads(box)).toEqual(['a'])
    expect(letters).toEqual([])
    expect(row).toMatchObject({ waiting: 3, dead: 0, bytes: 30, blockedLanes: [] })
    expect(journal.at(-1)).toMatchObject({ kind: 'requeued', entryId: 'a', seq: 1 })
  })

  it('waits while the lane has another head, and is next after it', async () => {
    const box = await stateAfter(refusedReply)

    await sendAgain(box, 'a')
    const [b] = await box.claim()
    expect(b?.id).toBe('b')
    expect(await box.claim()).toEqual([])
    await box.settle(b as SendingEntry, deliveredOutcome)

    expect(await heads(box)).toEqual(['a'])
  })

  it('is due at once where its lane is empty', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a')])
    const [entry] = await box.claim()
    await box.settle(entry as SendingEntry, refusedReply)

    await sendAgain(box, 'a')

    expect(await heads(box)).toEqual(['a'])
  })

  it('does not pass a dead letter that blocks its lane, and is the head once that one is requeued', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('skips'), capture('blocks', { onReturned: 'block' })])
    for (let i = 0; i < 2; i++) for (const entry of await box.claim()) await box.settle(entry, refusedReply)

    await sendAgain(box, 'skips')
    expect(await heads(box)).toEqual([])
    await sendAgain(box, 'blocks')

    expect(await heads(box)).toEqual(['skips'])
  })

  it.each([
    ['a refusal', refusedReply, 'idempotent', 'key-new'],
    ['a doubt on a plain server, which may know keys after all', doubted, 'plain', 'key-a'],
    [
      'too many failures of unknown effect',
      { ...refusedReply, reason: 'failuresMax', effect: 'unknown' },
      'idempotent',
      'key-a',
    ],
    [
      'an unknown effect on a plain server, which knows no key',
      { ...refusedReply, effect: 'unknown' },
      'plain',
      'key-new',
    ],
  ] as const)('I14 after %s', async (_name, outcome, server, key) => {
    const box = await stateAfter(outcome, { server })

    await sendAgain(box, 'a')

    expect((await box.contents()).entries[0]?.key).toBe(key)
  })

  it('finds no dead letter twice, and none of another user', async () => {
    const box = await stateAfter(refusedReply)

    expect(await sendAgain(box, 'a', 'q')).toBe(false)
    expect(await sendAgain(box, 'b')).toBe(false)
    expect(await sendAgain(box, 'a')).toBe(true)
    expect(await sendAgain(box, 'a')).toBe(false)
  })
})

describe('discard', () => {
  it('removes a dead letter and frees its room', async () => {
    const box = await stateAfter(refusedReply)

    await letGo(box, 'a')

    const { row, letters, journal } = await box.contents()
    expect(letters).toEqual([])
    expect(row).toMatchObject({ waiting: 2, dead: 0, bytes: 20 })
    expect(journal.at(-1)).toMatchObject({ kind: 'discarded', entryId: 'a', at: 9 })
  })

  it('lets a lane go on that the dead letter blocked', async () => {
    const box = await stateAfter(refusedReply, { onReturned: 'block' })
    expect(await heads(box)).toEqual([])

    await letGo(box, 'a')

    expect((await box.contents()).row.blockedLanes).toEqual([])
    expect(await heads(box)).toEqual(['b'])
  })

  it('does not change a lane that goes on already, even with a requeued entry', async () => {
    const box = await stateAfter(refusedReply)
    const [b] = await box.claim()
    await box.settle(b as SendingEntry, refusedReply)
    await sendAgain(box, 'a')
    const before = await heads(box)

    await letGo(box, 'b')

    expect(before).toEqual(['c'])
    expect(await heads(box)).toEqual(['c'])
  })
})
