import { describe, expect, it } from 'vitest'
import { stateAfter } from '../fixtures/dead-letters.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, outbox, refusedReply } from '../fixtures/outbox.fixture.js'
import { readOutboxChanges } from '../journal/outbox-changes.js'
import type { EntryRow } from '../rows/entry.js'
import type { PartitionRow } from '../rows/rows.js'
import type { Span, StoreTransaction } from '../rows/store-port.js'
import { channelOf } from './delivery-requirements.js'
import { activate, deactivate, newPartition, readPartition } from './partition.js'
import { rebuiltCounts } from './rebuild-counts.js'

const damages: readonly (readonly [string, unknown])[] = [
  ['waiting', 'x'],
  ['waiting', -1],
  ['dead', null],
  ['bytes', Number.NaN],
  ['nextSeq', {}],
  ['nextNumber', undefined],
  ['session', []],
  ['channels', 7],
  ['channels', [7]],
  ['blockedLanes', '__proto__'],
  ['nextNumber', 2 ** 53],
  ['stuckLanes', 7],
  ['needs', { length: 1 }],
  ['paused', 'for ever'],
  ['lost', { upTo: 'x' }],
  ['tried', [null]],
  ['told', 1e308],
  ['wordless', 'x'],
  ['journalBytes', -1],
  ['bytesMax', '5'],
  ['sessionRules', { endedBy: 401 }],
  ['statusQuery', [7]],
  ['left', {}],
]

describe('an outbox whose row of counts is damaged', () => {
  it.each([['all of it', undefined] as const, ...damages])(
    'is recounted, and goes on: %s as %j',
    async (field, value) => {
      const box = await stateAfter(refusedReply)
      const { row: before } = await box.contents()
      await box.write(async (tx) => {
        const row = await tx.get('partitions', ['p'])
        if (field === 'all of it') tx.delete('partitions', ['p'])
        else tx.put('partitions', { ...row, [field]: value } as PartitionRow)
      })

      const news = await box.store.transact('readonly', 'relaxed', (tx) =>
        readOutboxChanges(tx, 'p', { seq: 0, number: 0 }, () => true),
      )
      const { waiting, dead, bytes, nextSeq, nextNumber, channels } = before
      expect(news.row).toMatchObject({ waiting, dead, bytes, nextSeq, nextNumber, channels })

      await box.accept([capture('d', { lane: 'other' })])
      for (let i = 0; i < 3; i++)
        for (const entry of await box.claim({ now: 9 })) await box.settle(entry, deliveredOutcome)
      const { row, entries, letters } = await box.contents()
      expect(row).toMatchObject({ waiting: 0, dead: 1 })
      expect(entries).toEqual([])
      expect(letters).toHaveLength(1)
    },
  )

  it.each<[Partial<Record<keyof PartitionRow, unknown>>]>([
    [{ needs: 7 }],
    [{ home: 7 }],
    [{ waiting: 'x', needs: null, home: [] }],
  ])('gets its requirements from its entries, and its home from the session: %j', async (damage) => {
    const box = outbox()
    await box.write(async (tx) => {
      tx.put('settings', { name: 'salt', value: 's', base: '/a/' })
      tx.put('settings', { name: 'salt:/b/', value: 't', base: '/b/' })
      await activate(tx, { partition: 'p', principal: 'ada' }, { needs: ['prepareHeaders'] }, '/b/')
    })
    const needs = ['prepareHeaders', 'headers', 'refusedWhen:sent']
    await box.accept([capture('a', { channel: channelOf('https://o.example', needs) })])
    for (const lost of [false, true])
      await box.write(async (tx) => {
        const row = await tx.get('partitions', ['p'])
        if (lost) tx.delete('partitions', ['p'])
        else tx.put('partitions', { ...row, ...damage } as PartitionRow)
        expect(await readPartition(tx, 'p')).toMatchObject({
          needs: ['prepareHeaders'],
          home: 'active:/b/',
          waiting: 1,
        })
      })
  })

  it('keeps what is not damaged', async () => {
    const box = await stateAfter(refusedReply)
    await box.write(async (tx) => {
      const row = await tx.get('partitions', ['p'])
      const more = { statusQuery: 'https://o.example/:key', claims: 7, session: 3, waiting: 'x' }
      tx.put('partitions', { ...row, ...more } as unknown as PartitionRow)
    })

    expect((await box.contents()).row).toMatchObject({
      statusQuery: 'https://o.example/:key',
      claims: 7,
      session: 3,
      waiting: 2,
    })
  })

  it('is recounted at any length', async () => {
    const lane = Array.from({ length: 200_000 }, (_, i) => ({ seq: i + 1 }) as EntryRow)
    const tx = { list: async ({ store }: Span) => (store === 'entries' ? lane : []) }

    const row = await rebuiltCounts(tx as unknown as StoreTransaction, newPartition('p'))

    expect(row).toMatchObject({ waiting: 200_000, nextSeq: 200_001 })
  })

  it('of a user without entries gets a new row', async () => {
    const box = outbox()

    expect((await box.contents('q')).row).toMatchObject({ waiting: 0, dead: 0, nextSeq: 1, nextNumber: 1 })
  })
})

describe('a count of sessions that is damaged', () => {
  it.each([0, 1, 2, 3, 4])(
    'is no sign-out for the user who is back, after %i sign-outs before',
    async (times) => {
      const box = outbox()
      const owner = { partition: 'p', principal: 'ada' }
      for (let i = 0; i < times; i++) {
        await box.write((tx) => activate(tx, owner))
        await box.write((tx) => deactivate(tx, 'p', 9))
      }
      for (let i = 0; i < 5; i++) {
        await box.write(async (tx) => {
          if (i === 0) tx.put('partitions', { ...(await readPartition(tx, 'p')), session: 'x' as never })
          await activate(tx, owner)
        })
        await box.accept([capture(`e${i}`)])
        for (const entry of await box.claim({ now: 9 })) await box.settle(entry, deliveredOutcome)
      }

      const { journal } = await box.contents()
      expect(journal.map(({ kind }) => kind)).toEqual(Array(5).fill('delivered'))
    },
  )
})
