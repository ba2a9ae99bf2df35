import { describe, expect, it } from 'vitest'
import { heads, letGo, sendAgain, stateAfter } from '../fixtures/dead-letters.fixture.js'
import { deliveredOutcome, doubted, refusedReply, retriedOutcome } from '../fixtures/outbox.fixture.js'
import { confirmEntry, findUnresolved } from './dead-letters.js'

describe('an entry in doubt', () => {
  it('is sent again when the user says so, before the waiting entries behind it', async () => {
    const box = await stateAfter(doubted, { server: 'plain' })

    expect(await sendAgain(box, 'a')).toBe(true)

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

  it('is given up when the user says so, and its lane goes on', async () => {
    const box = await stateAfter(doubted, { server: 'plain' })

    await letGo(box, 'a')

    const { row, entries, journal } = await box.contents()
    expect(entries.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(await heads(box)).toEqual(['b'])
    expect(row).toMatchObject({ waiting: 2, bytes: 20 })
    expect(journal.at(-1)).toMatchObject({ kind: 'cancelled', entryId: 'a' })
  })

  it('is delivered when the user says that it happened, and its lane goes on', async () => {
    const box = await stateAfter(doubted, { server: 'plain' })

    await box.write(async (tx) => {
      const held = await findUnresolved(tx, 'p', 'a')
      if (held?.state === 'inDoubt') await confirmEntry(tx, held, 9)
    })

    const { row, entries, letters, journal } = await box.contents()
    expect(entries.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(letters).toEqual([])
    expect(await heads(box)).toEqual(['b'])
    expect(row).toMatchObject({ waiting: 2, bytes: 20 })
    expect(journal.at(-1)).toMatchObject({ kind: 'confirmed', entryId: 'a', at: 9 })
  })

  describe('is sent again', () => {
    const day = 86_400_000
    /** In doubt since its retention is over by this device's clock: the server may remember it all the same. */
    const outdated = async () => {
      const box = await stateAfter(retriedOutcome(), { server: 'idempotent' })
      await box.claim({ now: day })
      return box
    }

    it('with its old key while the server may remember it, so that a repeat has no effect', async () => {
      const box = await outdated()
      await sendAgain(box, 'a')

      expect((await box.contents()).entries[0]).toMatchObject({ key: 'key-a', effect: 'unknown' })
    })

    it.each(['keyExpired', 'keyReused'])(
      'with a new key after the server answered %s to the old one, since it would answer so for ever',
      async (reason) => {
        const box = await stateAfter({ ...doubted, reason }, { server: 'idempotent' })
        await sendAgain(box, 'a')

        expect((await box.contents()).entries[0]).toMatchObject({ key: 'key-new', effect: 'none' })
      },
    )

    it('at any age, without being in doubt again before it was sent, since the user has decided', async () => {
      const box = await outdated()
      await sendAgain(box, 'a')

      expect((await box.claim({ now: 9 * day })).map(({ id }) => id)).toEqual(['a'])
    })

    it('unlike a dead letter of unknown effect, whose effect nobody has decided', async () => {
      const box = await stateAfter({ ...refusedReply, effect: 'unknown' }, { server: 'idempotent' })
      for (const entry of await box.claim()) await box.settle(entry, deliveredOutcome)
      for (const entry of await box.claim()) await box.settle(entry, deliveredOutcome)
      await sendAgain(box, 'a')

      expect(await box.claim({ now: 9 * day })).toEqual([])
      expect((await box.contents()).entries).toMatchObject([{ id: 'a', state: 'inDoubt' }])
    })
  })

  it('is found by its id in its own partition only', async () => {
    const box = await stateAfter(doubted, { server: 'plain' })

    expect(await sendAgain(box, 'a', 'q')).toBe(false)
    expect(await sendAgain(box, 'b')).toBe(false)
  })
})
