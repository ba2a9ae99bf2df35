import { describe, expect, it } from 'vitest'
import { accept, claimDue, ids, look, safe, settleAs, signIn, started } from '../fixtures/backup.fixture.js'
import { createFakeDevice } from '../fixtures/device.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, refusedReply } from '../fixtures/outbox.fixture.js'
import { requeueEntry } from '../outbox/dead-letters.js'
import { readActive } from '../outbox/partition.js'
import { keySpan } from '../rows/key-spans.js'

describe('a database that was wiped between two starts (P1)', () => {
  it('is restored from its copy, with its salt, and reports how much was restored', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'), safe('b'), safe('c', 'other'))
    await device.quiet()
    before.kill()

    device.wipe()
    const { row, salt, entries } = await look(device.realm())

    expect(ids(entries)).toEqual(['a', 'b', 'c'])
    expect(entries.map((entry) => entry.state === 'waiting' && entry.head)).toEqual([true, false, true])
    expect(salt).toEqual({ name: 'salt', value: 'salt-1' })
    expect(row).toMatchObject({ waiting: 3, dead: 0, bytes: 30, nextSeq: 4, lost: { upTo: 0, restored: 3 } })
  })

  it('keeps the keys of its entries, and knows which were never sent', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'), safe('b', 'other'))
    await claimDue(before, 1)
    await device.quiet()

    device.wipe()
    const { entries } = await look(device.realm())

    expect(entries).toMatchObject([
      { id: 'a', key: 'key-a', state: 'waiting', effect: 'unknown', attempts: 1 },
      { id: 'b', key: 'key-b', state: 'waiting', effect: 'none', attempts: 0 },
    ])
  })

  it('P2 puts non-repeatable entries in doubt, since the copy may lag: the head of a lane and all after it', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, capture('a'), capture('b'), safe('c'))
    await device.quiet()

    device.wipe()
    const realm = device.realm()
    const { entries } = await look(realm)

    expect(entries).toMatchObject([
      { id: 'a', state: 'inDoubt', effect: 'unknown', trouble: { reason: 'storageLost' } },
      { id: 'b', state: 'inDoubt' },
      { id: 'c', state: 'waiting', head: false },
    ])
    expect(await claimDue(realm)).toEqual([])
  })

  it('P3 keeps the order of a lane if its doubts are resolved in another order', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, capture('a'), capture('b'))
    await device.quiet()
    device.wipe()
    const realm = device.realm()
    const again = (id: string) =>
      realm.transact('readwrite', 'strict', async (tx) => {
        const [first, second] = await tx.list(keySpan('entries', ['p']), 9)
        const held = [first, second].find((entry) => entry?.id === id)
        if (held?.state === 'inDoubt') await requeueEntry(tx, held, 'new', 5)
      })

    await signIn(realm)
    await again('b')
    const early = await claimDue(realm)
    await again('a')
    const first = await claimDue(realm)

    expect(ids(early)).toEqual([])
    expect(ids(first)).toEqual(['a'])
  })

  it('restores its dead letters, and a lane that one blocked stays blocked', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, { ...safe('a'), onReturned: 'block' }, safe('b'))
    await settleAs(before, (await claimDue(before))[0], refusedReply)
    await device.quiet()

    device.wipe()
    const { row, entries, letters } = await look(device.realm())

    expect(ids(letters)).toEqual(['a'])
    expect(row).toMatchObject({ waiting: 1, dead: 1, blockedLanes: ['lane'] })
    expect(entries).toMatchObject([{ id: 'b', head: false }])
  })

  it('P6 has no session, so the entries of the copy are sent only after a page names their user', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    const { session } = (await look(before)).row
    await device.quiet()

    device.wipe()
    const realm = device.realm()

    expect(await realm.transact('readonly', 'relaxed', readActive)).toBeUndefined()
    expect((await look(realm)).row.session).toBeGreaterThan(session)
  })

  it('never assigns a number twice', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await settleAs(before, (await claimDue(before))[0], deliveredOutcome)
    const { row } = await look(before)
    await device.quiet()

    device.wipe()
    const realm = device.realm()
    await accept(realm, safe('b'))
    const after = await look(realm)

    expect(after.entries).toMatchObject([{ id: 'b', seq: 2 }])
    expect(after.row.nextNumber).toBe(row.nextNumber)
    expect(after.row.lost).toBeUndefined()
    expect(after.row.wipes).toBe(1)
  })

  it('reports “up to n” if only the checkpoint knows, without the entries that had ended', async () => {
    const device = createFakeDevice({ hasCopy: false })
    const before = await started(device)
    await accept(before, safe('a'), safe('b'), safe('c', 'other'))
    await settleAs(before, (await claimDue(before, 1))[0], deliveredOutcome)
    await device.quiet()

    device.wipe()
    const { row, salt, entries } = await look(device.realm())

    expect(entries).toEqual([])
    expect(row).toMatchObject({ waiting: 0, nextSeq: 4, lost: { upTo: 2, restored: 0, at: 1_000 } })
    expect(salt).toMatchObject({ value: 'salt-1' })
  })

  it('reports the loss if the copy was wiped too, or lacks the last entries', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await device.quiet()
    device.wipe()
    device.wipeCopy()
    const both = await look(device.realm())

    const other = createFakeDevice()
    const one = await started(other)
    await accept(one, safe('a'))
    await other.quiet()
    other.breakCopy(Number.POSITIVE_INFINITY)
    await accept(one, safe('b'))
    await other.quiet()
    other.breakCopy(0)
    other.wipe()
    const last = await look(other.realm())

    expect(both.row.lost).toMatchObject({ upTo: 1, restored: 0 })
    expect(ids(last.entries)).toEqual(['a'])
    expect(last.row.lost).toMatchObject({ upTo: 1, restored: 1 })
  })

  it('restores its copy later if it could not be read at first', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'), safe('b'))
    await device.quiet()
    device.wipe()
    device.breakCopy(1)
    const blind = device.realm()
    await accept(blind, safe('c'))
    const { lost } = (await look(blind)).row
    await device.quiet()
    blind.kill()

    const { row, entries } = await look(device.realm())

    expect(lost).toMatchObject({ upTo: 2, restored: 0 })
    expect(ids(entries)).toEqual(['a', 'b', 'c'])
    expect(entries.map((entry) => entry.state === 'waiting' && entry.head)).toEqual([true, false, false])
    expect(row).toMatchObject({ waiting: 3, lost: { upTo: 0, restored: 2 } })
  })
})

describe('a database that is wiped while it is open', () => {
  it.each([
    ['a copy', {}, { entries: ['a'], lost: { upTo: 0, restored: 1 } }],
    ['a note', { hasCopy: false }, { entries: [], lost: { upTo: 1, restored: 0 } }],
    [
      'nothing but the page’s own memory',
      { hasCopy: false, hasNote: false },
      { entries: [], lost: { upTo: 1, restored: 0 } },
    ],
  ])('is found to have lost entries by %s', async (_, has, expected) => {
    const device = createFakeDevice(has)
    const realm = await started(device)
    await accept(realm, safe('a'))
    await device.quiet()

    device.wipe()
    const { row, salt, entries } = await look(realm)

    expect(ids(entries)).toEqual(expected.entries)
    expect(row.lost).toMatchObject(expected.lost)
    expect(salt).toMatchObject({ value: 'salt-1' })
  })
})
