import { describe, expect, it } from 'vitest'
import { capture, deadLetter, inDoubtEntry, sendingEntry, waiting } from '../fixtures/entry.fixture.js'
import {
  deliveredOutcome,
  doubted,
  outbox,
  refusedReply,
  retriedOutcome,
} from '../fixtures/outbox.fixture.js'
import { pageRowsMax } from '../limits.js'
import { entryVersion, type SendingEntry, toRow } from '../rows/entry.js'
import { discardOutbox } from './discard-all.js'

type Box = ReturnType<typeof outbox>
const all = (box: Box, onProgress = () => {}) => discardOutbox(box.store, 'p', { now: () => 9, onProgress })
const empty = { waiting: 0, dead: 0, bytes: 0, blockedLanes: [] }

describe('discardAll', () => {
  it('removes waiting entries, those in flight, those in doubt and dead letters, and counts each kind', async () => {
    const box = outbox()
    await box.activate()
    const names = ['unsent', 'tried', 'letter', 'doubt', 'sent']
    await box.accept(names.map((id) => capture(id, { lane: id, server: 'idempotent' })))
    const [unsent, tried, letter, doubt] = await box.claim()
    if (unsent) await box.settle(unsent, retriedOutcome({ httpStatus: 503, effect: 'none' }))
    if (tried) await box.settle(tried, retriedOutcome())
    if (letter) await box.settle(letter, refusedReply)
    if (doubt) await box.settle(doubt, doubted)

    expect(await all(box)).toEqual({ cancelled: 1, uncertain: 3, letters: 1 })

    const { row, entries, letters, journal } = await box.contents()
    expect({ entries, letters }).toEqual({ entries: [], letters: [] })
    expect(row).toMatchObject(empty)
    expect(journal.at(-1)).toMatchObject({ kind: 'emptied', at: 9 })
    expect([...(journal.at(-1)?.ids ?? [])].sort()).toEqual([...names].sort())
  })

  it('counts an entry as cancelled of which nothing has left yet, since its knock comes first', async () => {
    const box = outbox()
    const lease = { owner: 'me', session: 0, renewals: 0, knocking: true }
    await box.write(async (tx) => tx.put('entries', toRow(sendingEntry({ lease }))))

    expect(await all(box)).toEqual({ cancelled: 1, uncertain: 0, letters: 0 })
  })

  it('ignores the later answer of a request that was in flight', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('a')])
    const [sent] = await box.claim()
    await all(box)
    const before = await box.contents()

    expect(await box.settle(sent as SendingEntry, deliveredOutcome)).toBe(false)
    expect((await box.contents()).journal).toEqual(before.journal)
  })

  it('P12 removes 10,000 entries in bounded transactions, each of which leaves a valid outbox', async () => {
    const box = outbox()
    const captures = Array.from({ length: 10_000 }, (_, i) =>
      capture(`e${i}`, { lane: `lane ${i % 3}`, bytes: 1 }),
    )
    await box.accept(captures)
    const sizes: number[] = []
    let left = 10_000
    const watching: Box['store'] = {
      ...box.store,
      async transact(...given) {
        const result = await box.store.transact(...given)
        const { row, entries } = await box.contents()
        sizes.push(left - entries.length)
        left = entries.length
        expect(row.waiting).toBe(left)
        const heads = entries.filter((entry) => entry.state === 'waiting' && entry.head)
        expect(heads).toHaveLength(Math.min(left, 3))
        return result
      },
    }

    const given = await discardOutbox(watching, 'p', { now: () => 9, onProgress: () => {} })

    expect(given).toEqual({ cancelled: 10_000, uncertain: 0, letters: 0 })
    expect(Math.max(...sizes)).toBe(pageRowsMax)
    const { row, journal } = await box.contents()
    expect(row).toMatchObject(empty)
    // All that was given up is on record, in few rows.
    expect(new Set(journal.flatMap(({ ids = [] }) => ids)).size).toBe(10_000)
  })

  it('frees a lane that a dead letter blocked', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([capture('blocks', { onReturned: 'block' }), capture('behind')])
    const [sent] = await box.claim()
    await box.settle(sent as SendingEntry, refusedReply)
    await all(box)
    await box.accept([capture('new')])

    expect((await box.claim()).map(({ id }) => id)).toEqual(['new'])
  })

  it('counts entries of a newer release as uncertain', async () => {
    const box = outbox()
    await box.write(async (tx) => tx.put('entries', waiting({ version: entryVersion + 1 })))

    expect(await all(box)).toEqual({ cancelled: 0, uncertain: 1, letters: 0 })
  })

  it("keeps another user's outbox", async () => {
    const box = outbox()
    await box.accept([capture('a')], { partition: 'q' })
    await box.write(async (tx) => {
      tx.put('entries', toRow(inDoubtEntry({ partition: 'q', seq: 7 })))
      tx.put('deadLetters', deadLetter({ partition: 'q', seq: 8 }))
    })
    const before = await box.contents('q')

    expect(await all(box)).toEqual({ cancelled: 0, uncertain: 0, letters: 0 })
    expect(await box.contents('q')).toEqual(before)
  })

  it('reports a change after each transaction', async () => {
    const box = outbox()
    await box.accept(Array.from({ length: pageRowsMax + 1 }, (_, i) => capture(`${i}`)))
    let told = 0

    await all(box, () => {
      told += 1
    })

    expect(told).toBeGreaterThanOrEqual(2)
  })
})
