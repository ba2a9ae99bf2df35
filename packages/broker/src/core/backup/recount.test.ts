import { describe, expect, it } from 'vitest'
import { heads, stateAfter } from '../fixtures/dead-letters.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, type Outbox, outbox, refusedReply } from '../fixtures/outbox.fixture.js'
import { readStart } from '../journal/outbox-changes.js'
import type { EntryRow } from '../rows/entry.js'
import { keySpan } from '../rows/key-spans.js'
import type { PartitionRow } from '../rows/rows.js'
import { recount } from './recount.js'

/** A letter, two entries of one lane, one of another, and a history. */
async function used(): Promise<Outbox> {
  const box = await stateAfter(refusedReply)
  await box.accept([capture('d', { lane: 'other', channel: 'https://o.example prepareHeaders' })])
  return box
}

const edit = (box: Outbox, more: Partial<PartitionRow>) =>
  box.write(async (tx) => {
    const row = await tx.get('partitions', ['p'])
    tx.put('partitions', { ...row, ...more } as PartitionRow)
  })
const editEntry = (box: Outbox, id: string, more: Partial<EntryRow>) =>
  box.write(async (tx) => {
    const [row] = await tx.list({ store: 'entries', index: 'id', from: ['p', id], to: ['p', id] }, 1)
    tx.put('entries', { ...row, ...more } as EntryRow)
  })
const looked = (box: Outbox) =>
  box.store.transact('readonly', 'relaxed', async (tx) => (await readStart(tx, 'p')).miscounted)
/** As a page does at its start. */
async function start(box: Outbox): Promise<void> {
  const miscounted = await looked(box)
  if (miscounted !== undefined) await box.write((tx) => recount(tx, miscounted, 7))
}
async function deliverAll(box: Outbox): Promise<readonly string[]> {
  const sent: string[] = []
  for (let some = await box.claim({ now: 9 }); some.length > 0; some = await box.claim({ now: 9 }))
    for (const entry of some) {
      sent.push(entry.id)
      await box.settle(entry, deliveredOutcome)
    }
  return sent.sort()
}

describe('an outbox whose counts are of the right type, but wrong', () => {
  it.each<[Partial<PartitionRow>]>([
    [{ waiting: 0 }],
    [{ waiting: 1 }],
    [{ waiting: 99 }],
    [{ dead: 0 }],
    [{ dead: 7 }],
    [{ bytes: 0 }],
    [{ bytes: 50e6 }],
    [{ channels: [] }],
    [{ nextSeq: 1 }],
    [{ nextNumber: 1 }],
    [{ waiting: 0, dead: 0, bytes: 0, channels: [], nextSeq: 1, nextNumber: 1 }],
  ])('is recounted at the start of a page: %j', async (wrong) => {
    const box = await used()
    const { row } = await box.contents()
    await edit(box, wrong)

    await start(box)

    expect((await box.contents()).row).toMatchObject({ ...row, channels: row.channels.toSorted() })
    expect(await looked(box)).toBeUndefined()
    expect(await deliverAll(box)).toEqual(['b', 'c', 'd'])
    expect((await box.contents()).row).toMatchObject({ waiting: 0, dead: 1 })
  })

  it.each([[{ waiting: 0 }], [{ waiting: 0, channels: [] }]])(
    'shows its entries to every reader, even if no page starts: %j',
    async (wrong) => {
      const box = await used()
      await edit(box, wrong)

      expect((await box.contents()).row.waiting).toBe(3)
      expect(await deliverAll(box)).toEqual(['b', 'c', 'd'])
    },
  )

  it.each([[{ nextSeq: 1 }], [{ nextSeq: 2 }], [{ nextSeq: 4 }]])(
    'P1 lets no entry take the place of another: %j',
    async (wrong) => {
      const box = await used()
      await edit(box, wrong)

      await box.accept([capture('e', { lane: 'new' }), capture('f', { lane: 'new' })])

      const { entries, letters } = await box.contents()
      expect(entries.map(({ id }) => id)).toEqual(['b', 'c', 'd', 'e', 'f'])
      expect(letters.map(({ id }) => id)).toEqual(['a'])
    },
  )

  it('is left unchanged at every step if the counts are right', async () => {
    const box = outbox()
    await box.activate()
    const steps = [
      () => box.accept([capture('a'), capture('b'), capture('c', { onReturned: 'block', lane: 'x' })]),
      async () => {
        for (const entry of await box.claim())
          await box.settle(entry, entry.id === 'c' ? refusedReply : deliveredOutcome)
      },
      () => box.accept([capture('d', { lane: 'x' })]),
      () => deliverAll(box),
    ]
    for (const step of steps) {
      await step()
      expect(await looked(box)).toBeUndefined()
    }
  })
})

describe('rows that were counted and are missing', () => {
  const erase = (box: Outbox, ids: readonly string[]) =>
    box.write(async (tx) => {
      for (const store of ['entries', 'deadLetters'] as const)
        for (const { seq, id } of await tx.list(keySpan(store, ['p']), 99))
          if (ids.includes(id)) tx.delete(store, ['p', seq])
    })

  it.each([[['b']], [['c']], [['b', 'd']], [['b', 'c', 'd']], [['a']], [['a', 'b', 'c', 'd']]])(
    'P1 are reported as lost once, at the start of a page: %j',
    async (ids) => {
      const box = await used()
      await erase(box, ids)

      for (let starts = 0; starts < 2; starts++) await start(box)

      const { row } = await box.contents()
      expect(row.lost).toEqual({ upTo: ids.length, restored: 0, at: 7 })
      expect(row.waiting + row.dead).toBe(4 - ids.length)
      expect(await deliverAll(box)).toEqual(['b', 'c', 'd'].filter((id) => !ids.includes(id)))
    },
  )

  it.each<[Partial<Record<keyof PartitionRow, unknown>>]>([
    [{ bytes: 'x' }],
    [{ channels: 7 }],
    [{ nextSeq: -1 }],
    [{ tried: [7] }],
    [{ bytes: 0, channels: [] }],
  ])('are reported even if the row of counts is damaged or wrong elsewhere: %j', async (wrong) => {
    const box = await used()
    await erase(box, ['b', 'c'])
    await edit(box, wrong as Partial<PartitionRow>)
    await box.accept([capture('e', { lane: 'new' })])

    await start(box)

    expect((await box.contents()).row).toMatchObject({ waiting: 2, dead: 1, lost: { upTo: 2 } })
  })

  it('add to a loss that the user has not acknowledged', async () => {
    const box = await used()
    await edit(box, { lost: { upTo: 3, restored: 1, at: 5 } })
    await erase(box, ['d'])

    await start(box)

    expect((await box.contents()).row.lost).toEqual({ upTo: 4, restored: 1, at: 7 })
  })

  it.each([[{ waiting: 99 }], [{ dead: 7 }], [{ waiting: 2, dead: 2 }], [{ bytes: 0 }]])(
    'are never more than were captured: %j of an undamaged outbox',
    async (wrong) => {
      const box = await used()
      await edit(box, wrong)

      await start(box)

      expect((await box.contents()).row.lost).toBeUndefined()
    },
  )
})

describe('a lane without a head', () => {
  it.each<[string, string, Partial<EntryRow>]>([
    ['whose first entry says that it is none', 'b', { head: false, dueAt: undefined }],
    ['whose head says that it is of another lane', 'b', { lane: 'elsewhere' }],
    ['that one entry moved to', 'c', { lane: 'elsewhere' }],
  ])('%s gets one at the start of a page', async (_, id, more) => {
    const box = await used()
    await editEntry(box, id, more)
    await start(box)

    expect(await heads(box)).toHaveLength(new Set((await box.contents()).entries.map((one) => one.lane)).size)
    expect(await deliverAll(box)).toEqual(['b', 'c', 'd'])
  })

  it('stays as it is if a dead letter holds it back', async () => {
    const box = await stateAfter(refusedReply, { onReturned: 'block' })
    await start(box)

    expect(await heads(box)).toEqual([])
    expect(await looked(box)).toBeUndefined()
  })
})
