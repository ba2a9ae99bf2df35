import { describe, expect, it } from 'vitest'
import type { Capture } from './append.js'
import { capture, waiting } from './entry.fixture.js'
import { entryVersion, type SendingEntry } from './entry.js'
import { cancel, confirm, discard, findHeld, requeue } from './letters.js'
import { delivered, doubted, outbox, refused, retry } from './outbox.fixture.js'
import type { Outcome } from './outcome.js'

type Box = ReturnType<typeof outbox>
const takeBack = (box: Box, id: string, partition = 'p') => box.write((tx) => cancel(tx, partition, id, 9))
const again = (box: Box, id: string, partition = 'p') =>
  box.write(async (tx) => {
    const letter = await findHeld(tx, partition, id)
    if (letter) await requeue(tx, letter, 'key-new', 9)
    return letter !== undefined
  })
const letGo = (box: Box, id: string) =>
  box.write(async (tx) => {
    const letter = await findHeld(tx, 'p', id)
    if (letter) await discard(tx, letter, 9)
  })
const heads = async (box: Box) =>
  (await box.contents()).entries.flatMap((entry) => (entry.dueAt === undefined ? [] : entry.id))

/** An outbox whose first entry, `a`, has been sent once and settled so; `b` and `c` wait in its lane. */
async function after(outcome: Outcome, more: Partial<Capture> = {}) {
  const box = outbox()
  await box.activate()
  await box.accept([capture('a', more), capture('b'), capture('c')])
  const [entry] = await box.claim()
  await box.settle(entry as SendingEntry, outcome, { random: 0 })
  return box
}

describe('cancel', () => {
  it('RP16 takes back what was never sent, and its lane goes on', async () => {
    const box = outbox()
    await box.accept([capture('a'), capture('b')])

    expect(await takeBack(box, 'a')).toBe('cancelled')

    const { row, entries, journal } = await box.contents()
    expect(entries).toMatchObject([{ id: 'b', head: true }])
    expect(row).toMatchObject({ waiting: 1, bytes: 10 })
    expect(journal).toMatchObject([{ kind: 'cancelled', entryId: 'a', at: 9 }])
  })

  it("takes back one that waits behind others, and leaves the lane's head where it is", async () => {
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

  it('leaves the head where it is with a requeued entry before it in the lane', async () => {
    const box = await after(refused)
    await again(box, 'a')

    expect(await takeBack(box, 'c')).toBe('cancelled')

    expect(await heads(box)).toEqual(['b'])
  })

  it('takes back what the server certainly did not act on', async () => {
    const box = await after(retry({ httpStatus: 503, effect: 'none' }))

    expect(await takeBack(box, 'a')).toBe('cancelled')
  })

  it.each([
    ['in flight', undefined],
    ['of unknown effect', retry()],
    ['in doubt', doubted],
  ])('RP16 is too late for an entry that is %s, and changes nothing', async (_name, outcome) => {
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
    ['was delivered', delivered],
    ['was returned', refused],
  ])('does not find an entry that %s, and changes nothing', async (_name, outcome) => {
    const box = await after(outcome)
    const before = await box.contents()

    expect(await takeBack(box, 'a')).toBe('notFound')
    expect(await box.contents()).toEqual(before)
  })

  it("SEC2 does not find another user's entry", async () => {
    const box = outbox()
    await box.accept([capture('a')])

    expect(await takeBack(box, 'a', 'q')).toBe('notFound')
    expect((await box.contents()).entries).toHaveLength(1)
  })

  it('RP17 leaves a row of a newer release alone', async () => {
    const box = outbox()
    await box.write(async (tx) => tx.put('entries', waiting({ version: entryVersion + 1 })))

    expect(await takeBack(box, 'id-1')).toBe('tooLate')
  })
})

describe('requeue', () => {
  it('sends a letter again, in its old place before those that wait', async () => {
    const box = await after(refused, { onReturned: 'block' })

    await again(box, 'a')

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

  it('waits while the lane has another head, and is next when that one has ended', async () => {
    const box = await after(refused)

    await again(box, 'a')
    const [b] = await box.claim()
    expect(b?.id).toBe('b')
    expect(await box.claim()).toEqual([])
    await box.settle(b as SendingEntry, delivered)

    expect(await heads(box)).toEqual(['a'])
  })

  it('is due at once where its lane is empty', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a')])
    const [entry] = await box.claim()
    await box.settle(entry as SendingEntry, refused)

    await again(box, 'a')

    expect(await heads(box)).toEqual(['a'])
  })

  it('does not slip past a letter that holds its lane back, and goes first when that one is requeued', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('skips'), capture('blocks', { onReturned: 'block' })])
    for (let i = 0; i < 2; i++) for (const entry of await box.claim()) await box.settle(entry, refused)

    await again(box, 'skips')
    expect(await heads(box)).toEqual([])
    await again(box, 'blocks')

    expect(await heads(box)).toEqual(['skips'])
  })

  it.each([
    ['a refusal', refused, 'idempotent', 'key-new'],
    [
      'too many failures of unknown effect',
      { ...refused, reason: 'failuresMax', effect: 'unknown' },
      'idempotent',
      'key-a',
    ],
    [
      'an unknown effect on a plain server, which knows no key',
      { ...refused, effect: 'unknown' },
      'plain',
      'key-new',
    ],
  ] as const)('R4 I14 after %s', async (_name, outcome, server, key) => {
    const box = await after(outcome, { server })

    await again(box, 'a')

    expect((await box.contents()).entries[0]?.key).toBe(key)
  })

  it("finds no letter twice, nor another user's", async () => {
    const box = await after(refused)

    expect(await again(box, 'a', 'q')).toBe(false)
    expect(await again(box, 'b')).toBe(false)
    expect(await again(box, 'a')).toBe(true)
    expect(await again(box, 'a')).toBe(false)
  })
})

describe('discard', () => {
  it('gives a letter up, and the room that it took', async () => {
    const box = await after(refused)

    await letGo(box, 'a')

    const { row, letters, journal } = await box.contents()
    expect(letters).toEqual([])
    expect(row).toMatchObject({ waiting: 2, dead: 0, bytes: 20 })
    expect(journal.at(-1)).toMatchObject({ kind: 'discarded', entryId: 'a', at: 9 })
  })

  it('lets a lane go on that the letter held back', async () => {
    const box = await after(refused, { onReturned: 'block' })
    expect(await heads(box)).toEqual([])

    await letGo(box, 'a')

    expect((await box.contents()).row.blockedLanes).toEqual([])
    expect(await heads(box)).toEqual(['b'])
  })

  it('leaves a lane alone that goes on already, a requeued entry in it included', async () => {
    const box = await after(refused)
    const [b] = await box.claim()
    await box.settle(b as SendingEntry, refused)
    await again(box, 'a')
    const before = await heads(box)

    await letGo(box, 'b')

    expect(before).toEqual(['c'])
    expect(await heads(box)).toEqual(['c'])
  })
})

describe('an entry in doubt', () => {
  it('is sent again when a person says so, before those that wait behind it', async () => {
    const box = await after(doubted, { server: 'plain' })

    expect(await again(box, 'a')).toBe(true)

    const { row, entries, journal } = await box.contents()
    expect(entries.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'waiting'],
      ['b', 'waiting'],
      ['c', 'waiting'],
    ])
    expect(await heads(box)).toEqual(['a'])
    expect(row.waiting).toBe(3)
    expect(journal.at(-1)).toMatchObject({ kind: 'requeued', entryId: 'a' })
  })

  it('is given up when a person says so, and its lane goes on', async () => {
    const box = await after(doubted, { server: 'plain' })

    await letGo(box, 'a')

    const { row, entries, journal } = await box.contents()
    expect(entries.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(await heads(box)).toEqual(['b'])
    expect(row).toMatchObject({ waiting: 2, bytes: 20 })
    expect(journal.at(-1)).toMatchObject({ kind: 'cancelled', entryId: 'a' })
  })

  it('has ended when a person says that it happened, and its lane goes on', async () => {
    const box = await after(doubted, { server: 'plain' })

    await box.write(async (tx) => {
      const held = await findHeld(tx, 'p', 'a')
      if (held?.state === 'inDoubt') await confirm(tx, held, 9)
    })

    const { row, entries, letters, journal } = await box.contents()
    expect(entries.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(letters).toEqual([])
    expect(await heads(box)).toEqual(['b'])
    expect(row).toMatchObject({ waiting: 2, bytes: 20 })
    expect(journal.at(-1)).toMatchObject({ kind: 'confirmed', entryId: 'a', at: 9 })
  })

  describe('R4 is sent again', () => {
    const day = 86_400_000
    /** In doubt since its retention is over by this device's clock: the server may remember it all the same. */
    const outdated = async () => {
      const box = await after(retry(), { server: 'idempotent' })
      await box.claim({ now: day })
      return box
    }

    it('with its old key while the server may remember it: then a repeat does nothing', async () => {
      const box = await outdated()
      await again(box, 'a')

      expect((await box.contents()).entries[0]).toMatchObject({ key: 'key-a', effect: 'unknown' })
    })

    it('with a new key after the server said that the old one is expired: it would say so for ever', async () => {
      const box = await after({ ...doubted, reason: 'keyExpired' }, { server: 'idempotent' })
      await again(box, 'a')

      expect((await box.contents()).entries[0]).toMatchObject({ key: 'key-new', effect: 'none' })
    })

    it('at any age: a person has decided, so it is not in doubt again before it was sent', async () => {
      const box = await outdated()
      await again(box, 'a')

      expect((await box.claim({ now: 9 * day })).map(({ id }) => id)).toEqual(['a'])
    })

    it('and a letter of unknown effect is not, since nobody has said what came of it', async () => {
      const box = await after({ ...refused, effect: 'unknown' }, { server: 'idempotent' })
      for (const entry of await box.claim()) await box.settle(entry, delivered)
      for (const entry of await box.claim()) await box.settle(entry, delivered)
      await again(box, 'a')

      expect(await box.claim({ now: 9 * day })).toEqual([])
      expect((await box.contents()).entries).toMatchObject([{ id: 'a', state: 'inDoubt' }])
    })
  })

  it('is found by its id in its own partition only', async () => {
    const box = await after(doubted, { server: 'plain' })

    expect(await again(box, 'a', 'q')).toBe(false)
    expect(await again(box, 'b')).toBe(false)
  })
})
