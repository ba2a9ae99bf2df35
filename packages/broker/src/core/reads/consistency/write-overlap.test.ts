import { describe, expect, it } from 'vitest'
import { capture, inDoubtEntry, sendingEntry, waiting } from '../../fixtures/entry.fixture.js'
import { deliveredOutcome, outbox, retriedOutcome } from '../../fixtures/outbox.fixture.js'
import { readUnsettledWrites, type UnsettledWrites } from '../../journal/outbox-changes.js'
import { pageRowsMax } from '../../limits.js'
import { channelOf } from '../../outbox/delivery-requirements.js'
import type { StoredAction } from '../../rows/entry.js'
import { type EntryRow, toRow } from '../../rows/entry.js'
import type { JournalRow } from '../../rows/rows.js'
import type { Tag } from './tags.js'
import { touchedTags, writeOverlap } from './write-overlap.js'

/** Each action touches what its payload says. */
const writtenBy = ({ payload }: StoredAction) => payload as readonly Tag[]
const on = (...tags: readonly Tag[]): StoredAction => ({ type: 'written', payload: tags })

const nothing: UnsettledWrites = { entries: [], journal: [], more: false, paused: false }
const journal = (number: number, action: StoredAction, kind: JournalRow['kind'] = 'delivered') => ({
  partition: 'p',
  number,
  kind,
  at: 0,
  entryId: `e${number}`,
  seq: number,
  lane: 'lane',
  action,
  attempts: 1,
})
const overlap = (
  tags: readonly Tag[],
  unsure: Partial<UnsettledWrites>,
  shown: readonly StoredAction[] = [],
) => writeOverlap(tags, { ...nothing, ...unsure }, shown, writtenBy)
const sending = (action: StoredAction) => toRow(sendingEntry({ action }))
const inDoubt = (action: StoredAction) => toRow(inDoubtEntry({ action }))

describe('the overlap of a read with writes', () => {
  const p1 = { type: 'post', id: 1 }
  it.each([
    ['the same type', ['post'], ['post'], ['post']],
    ['one thing of a type, where all of it is read', [p1], ['post', 'me'], ['post']],
    ['all of a type, where one thing is read', ['post'], [p1, 'me'], [p1]],
    ['the same thing', [p1], [p1], [p1]],
    ['another thing', [{ type: 'post', id: 2 }], [p1], []],
    ['a thing whose id is a number here and text there', [{ type: 'post', id: '1' }], [p1], [p1]],
    ['another type', ['me'], [p1, 'post'], []],
    ['nothing', [], ['post'], []],
  ] as [string, Tag[], Tag[], Tag[]][])('is %s', (_, written, read, expected) => {
    expect(touchedTags(read, [on(...written)], writtenBy)).toEqual(expected)
  })
})

describe('P8 the answer of a read cannot be trusted', () => {
  it('with an entry in flight or of unknown effect, until the entry has ended', () => {
    const entries = [sending(on('a')), waiting({ action: on('b'), effect: 'unknown' }), sending(on('x'))]

    expect(overlap(['a', 'b', 'c'], { entries })).toMatchObject({ tags: ['a', 'b'], passes: true })
    expect(overlap(['a', 'b', 'c'], { entries }).soon).toEqual(entries.slice(0, 2))
    expect(overlap(['c'], { entries })).toEqual({ tags: [], soon: [], number: 0, passes: false })
  })

  it('with an entry of unknown effect that waits for its conditions, which holds the read only while in flight', () => {
    const channel = channelOf('https://app.test', [], { network: 'unmetered' })
    const request = { url: 'https://app.test/api', method: 'PUT', headers: [], body: undefined }
    const more = { action: on('a'), channel, request }
    const waits = waiting({ ...more, effect: 'unknown' })
    const flies = toRow(sendingEntry(more))

    expect(overlap(['a'], { entries: [waits] })).toMatchObject({ tags: ['a'], passes: false })
    expect(overlap(['a'], { entries: [flies] })).toMatchObject({ tags: ['a'], passes: true })
  })

  it('with an entry that has ended since, which the view must show before the read is repeated', () => {
    const rows = [journal(4, on('a')), journal(5, on('b'), 'returned'), journal(6, on('c'))]

    expect(overlap(['a', 'b'], { journal: rows })).toEqual({
      tags: ['a', 'b'],
      soon: [],
      number: 5,
      passes: true,
    })
  })

  it('with an entry that ended and was shown while the shared request was in flight', () => {
    expect(overlap(['a', 'b'], {}, [on('a')])).toMatchObject({ tags: ['a'], passes: true })
    expect(overlap(['b'], {}, [on('a')])).toMatchObject({ tags: [], passes: false })
  })

  it('with any tag, if all entries were discarded or more happened than is looked at', () => {
    expect(overlap(['a'], { journal: [journal(4, on('x'), 'emptied')] })).toMatchObject({
      tags: ['a'],
      number: 4,
      passes: true,
    })
    expect(overlap(['a'], { entries: [sending(on('x'))], more: true })).toMatchObject({
      tags: ['a'],
      passes: true,
    })
  })

  it.each([
    ['in doubt', { entries: [inDoubt(on('a'))] }],
    ['paused', { entries: [sending(on('a'))], paused: true }],
    ['unreadable', { entries: [{ ...sending(on('a')), version: 99 }] }],
  ])('although a repeat does not help: %s', (_, unsure) => {
    expect(overlap(['a'], unsure)).toEqual({ tags: ['a'], soon: [], number: 0, passes: false })
  })

  it('and is repeated if one of two reasons passes', () => {
    const entries = [inDoubt(on('a')), sending(on('b'))]

    expect(overlap(['a', 'b'], { entries })).toMatchObject({ tags: ['a', 'b'], passes: true })
  })

  it('and a damaged row does not matter', () => {
    const entries = [{ unsure: 'sending' }, { ...sending(on('a')), action: null }] as unknown as EntryRow[]
    const rows = [{ number: 4, kind: 'delivered' }] as unknown as JournalRow[]

    expect(overlap(['a'], { entries, journal: rows })).toMatchObject({ tags: [], passes: false })
  })
})

describe('readUnsure', () => {
  const look = (box: ReturnType<typeof outbox>, since: number, partition = 'p') =>
    box.store.transact('readonly', 'relaxed', (tx) => readUnsettledWrites(tx, partition, since))

  it('P8 finds entries in flight, of unknown effect or ended since, but none that was never sent', async () => {
    const box = outbox()
    await box.activate()
    await box.accept(['a', 'b', 'c', 'd'].map((id) => capture(id, { lane: id, server: 'idempotent' })))
    const [a, b] = await box.claim({ concurrencyMax: 3 })
    if (a === undefined || b === undefined) throw new Error('nothing was claimed')
    await box.settle(a, deliveredOutcome)
    await box.settle(b, retriedOutcome({ effect: 'unknown' }))

    const found = await look(box, 0)

    expect(found.entries.map(({ id, state }) => [id, state]).sort()).toEqual([
      ['b', 'waiting'],
      ['c', 'sending'],
    ])
    expect(found.journal.map(({ entryId }) => entryId)).toEqual(['a'])
    expect([found.more, found.paused]).toEqual([false, false])
    expect((await look(box, 1)).journal).toEqual([])
  })

  it('says whether the outbox is paused or another user is signed in', async () => {
    const box = outbox()
    expect((await look(box, 0)).paused).toBe(true)
    await box.activate()
    expect((await look(box, 0)).paused).toBe(false)
    expect((await look(box, 0, 'q')).paused).toBe(true)
  })

  it('says if there are more entries than it looks at', async () => {
    const box = outbox()
    await box.write(async (tx) => {
      for (let seq = 1; seq <= pageRowsMax; seq++)
        tx.put('entries', toRow(sendingEntry({ seq, id: `${seq}` })))
    })

    expect((await look(box, 0)).more).toBe(true)
  })
})
