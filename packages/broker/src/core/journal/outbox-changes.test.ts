import { describe, expect, it } from 'vitest'
import { capture, deadLetter, inDoubtEntry, sendingEntry, waiting } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, outbox, refusedReply } from '../fixtures/outbox.fixture.js'
import { outcomesMax, pageRowsMax } from '../limits.js'
import { findUnresolved, requeueEntry } from '../outbox/dead-letters.js'
import { readPartition } from '../outbox/partition.js'
import { type SendingEntry, toRow } from '../rows/entry.js'
import {
  type Cursor,
  readLetters,
  readOutboxChanges,
  readStart,
  readUnsettledLanes,
} from './outbox-changes.js'

type Box = ReturnType<typeof outbox>
const news = (box: Box, seen: Cursor = { seq: 0, number: 0 }, partition = 'p') =>
  box.store.transact('readonly', 'relaxed', (tx) => readOutboxChanges(tx, partition, seen, () => true))
const start = (box: Box, entriesMax?: number) =>
  box.store.transact('readonly', 'relaxed', (tx) => readStart(tx, 'p', entriesMax))
const many = (n: number, first = 1) =>
  Array.from({ length: n }, (_, i) => capture(`e${first + i}`, { lane: `${i}` }))
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

/** Sends and settles the head of every lane. */
async function deliver(box: Box, outcome: typeof deliveredOutcome | typeof refusedReply = deliveredOutcome) {
  const sent = await box.claim({ concurrencyMax: 10_000 })
  for (const entry of sent) await box.settle(entry, outcome)
}

describe('readNews', () => {
  it('returns only entries accepted or settled since the page last looked', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(2))
    const first = await news(box)
    await deliver(box)
    await box.accept(many(1, 3))

    const second = await news(box, first.seen)

    expect(ids(first.entries)).toEqual(['e1', 'e2'])
    expect(ids(second.entries)).toEqual(['e3'])
    expect(second.journal.map(({ kind, entryId }) => [kind, entryId])).toEqual([
      ['delivered', 'e1'],
      ['delivered', 'e2'],
    ])
    expect(second.row.waiting).toBe(1)
    expect(await news(box, second.seen)).toMatchObject({
      entries: [],
      journal: [],
      seen: second.seen,
      more: false,
    })
  })

  it('returns one batch at a time, and says when there is more', async () => {
    const box = outbox()
    await box.accept(many(pageRowsMax + 1))

    const first = await news(box)
    const second = await news(box, first.seen)

    expect([first.entries.length, first.more]).toEqual([pageRowsMax, true])
    expect([ids(second.entries), second.more]).toEqual([[`e${pageRowsMax + 1}`], false])
  })

  it('returns nothing of another user', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(2))
    await deliver(box, refusedReply)

    expect(await news(box, { seq: 0, number: 0 }, 'q')).toMatchObject({
      entries: [],
      journal: [],
      due: [],
    })
  })

  it('returns a requeued entry again once, however often it was requeued', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(2))
    const { seen } = await news(box)
    for (let i = 0; i < 2; i++) {
      await deliver(box, refusedReply)
      await box.write(async (tx) => {
        const letter = await findUnresolved(tx, 'p', 'e1')
        if (letter) await requeueEntry(tx, letter, `key-${i}`, 0)
      })
    }

    expect(ids((await news(box, seen)).entries)).toEqual(['e1'])
    expect(ids((await news(box)).entries)).toEqual(['e1'])
  })

  it('does not return a requeued entry that has ended since', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(1))
    const { seen } = await news(box)
    await deliver(box, refusedReply)
    await box.write(async (tx) => {
      const letter = await findUnresolved(tx, 'p', 'e1')
      if (letter) await requeueEntry(tx, letter, 'key-new', 0)
    })
    await deliver(box)

    const { entries, journal } = await news(box, seen)
    expect(entries).toEqual([])
    expect(journal.map(({ kind }) => kind)).toEqual(['returned', 'requeued', 'delivered'])
  })

  it('returns when the next entry is due, and whether one is being sent', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(1), { now: 40 })
    expect(await news(box)).toMatchObject({ due: [{ at: 40 }], sending: false })

    await box.claim({ now: 40 })

    expect(await news(box)).toMatchObject({ due: [], sending: true })
  })

  it('does not count an entry in doubt as being sent', async () => {
    const box = outbox()
    await box.write(async (tx) => tx.put('entries', toRow(inDoubtEntry())))

    expect((await news(box)).sending).toBe(false)
  })

  it('returns the state of the origins to which entries were sent', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(1))
    expect((await news(box)).origins).toEqual([])
    await deliver(box)

    expect((await news(box)).origins).toMatchObject([{ origin: 'https://o.example' }])
  })
})

describe('readStart', () => {
  it('restores waiting entries, oldest first, up to its limit, and continues after all accepted ones', async () => {
    const box = outbox()
    await box.accept(many(25))

    const { entries, seen } = await start(box, 20)

    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(seen).toEqual({ seq: 25, number: 0 })
  })

  it('restores dead letters, and only the latest outcomes of earlier pages', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(outcomesMax + 50))
    await deliver(box)
    await box.accept([capture('letter')])
    await deliver(box, refusedReply)
    const told = outcomesMax + 30
    await box.write(async (tx) => tx.put('partitions', { ...(await readPartition(tx, 'p')), told }))

    const begin = await start(box)

    expect(ids(begin.letters)).toEqual(['letter'])
    expect(begin.told.map(({ number }) => number)).toEqual(
      Array.from({ length: outcomesMax + 1 }, (_, i) => i + 30),
    )
    expect(begin.seen.number).toBe(told)
    expect((await news(box, begin.seen)).journal).toHaveLength(21)
  })

  it('is empty for a user without an outbox', async () => {
    expect(await start(outbox())).toEqual({
      entries: [],
      letters: [],
      quarantined: [],
      blocked: [],
      told: [],
      seen: { seq: 0, number: 0 },
      last: 0,
    })
  })
})

describe('readLetters', () => {
  it("returns the user's dead letters, oldest first", async () => {
    const box = outbox()
    await box.write(async (tx) => {
      for (const seq of [10, 2, 9]) tx.put('deadLetters', deadLetter({ seq, id: `l${seq}` }))
      tx.put('deadLetters', deadLetter({ seq: 1, partition: 'p1' }))
    })

    const letters = await box.store.transact('readonly', 'relaxed', (tx) => readLetters(tx, 'p'))

    expect(ids(letters)).toEqual(['l2', 'l9', 'l10'])
  })
})

describe('readUnsureLanes', () => {
  it('P8 names the lanes whose reads cannot be trusted: in flight, in doubt, or of unknown effect', async () => {
    const box = outbox()
    await box.write(async (tx) => {
      tx.put('entries', waiting({ seq: 1, lane: 'never sent' }))
      tx.put('entries', waiting({ seq: 2, lane: 'tried', effect: 'unknown' }))
      tx.put('entries', toRow(sendingEntry({ seq: 3, lane: 'in flight' })))
      tx.put('entries', toRow(inDoubtEntry({ seq: 4, lane: 'in doubt' })))
      tx.put('entries', toRow(sendingEntry({ seq: 5, lane: 'of another', partition: 'q' })))
    })

    const lanes = await box.store.transact('readonly', 'relaxed', (tx) => readUnsettledLanes(tx, 'p'))

    expect(new Set(lanes)).toEqual(new Set(['tried', 'in flight', 'in doubt']))
  })

  it('P8 trusts a read again when the entry has been delivered', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(many(1))
    const [entry] = await box.claim()
    await box.settle(entry as SendingEntry, deliveredOutcome)

    expect(await box.store.transact('readonly', 'relaxed', (tx) => readUnsettledLanes(tx, 'p'))).toEqual([])
  })
})
