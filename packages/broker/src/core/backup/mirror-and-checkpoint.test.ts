import { describe, expect, it } from 'vitest'
import { appendTo } from '../fixtures/append.fixture.js'
import { accept, claimDue, ids, look, safe, settleAs, started } from '../fixtures/backup.fixture.js'
import { createFakeDevice } from '../fixtures/device.fixture.js'
import { deliveredOutcome } from '../fixtures/outbox.fixture.js'
import { defaultLimits } from '../limits.js'
import { changePartition, readActive } from '../outbox/partition.js'
import { keySpan } from '../rows/key-spans.js'

describe('a copy', () => {
  it('is no mirror once it has missed a write, until the next start synchronises it', async () => {
    const device = createFakeDevice()
    const realm = await started(device)
    await device.quiet()
    const before = realm.backup.kind()
    device.breakCopy(1)
    await accept(realm, safe('a'))
    await device.quiet()
    const missed = realm.backup.kind()
    const next = device.realm()
    await look(next)
    await device.quiet()

    expect([before, missed, next.backup.kind()]).toEqual(['mirror', 'note', 'mirror'])
    expect(ids((await look(device.copy)).entries)).toEqual(['a'])
  })

  it('has the unsent entries, the counters and the salt, and neither journal nor session', async () => {
    const device = createFakeDevice()
    const realm = await started(device)
    await accept(realm, safe('a'), safe('b', 'other'))
    await settleAs(realm, (await claimDue(realm, 1))[0], deliveredOutcome)
    await device.quiet()

    const copied = await look(device.copy)
    const rest = await device.copy.transact('readonly', 'relaxed', async (tx) => [
      await tx.list(keySpan('journal', []), 9),
      await readActive(tx),
    ])

    expect(copied).toEqual(await look(realm))
    expect(ids(copied.entries)).toEqual(['b'])
    expect(rest).toEqual([[], undefined])
  })

  it('drops entries that ended while it was away, and restores nothing if nothing was lost', async () => {
    const device = createFakeDevice()
    const realm = await started(device)
    await accept(realm, safe('a'), safe('b', 'other'))
    await device.quiet()
    device.breakCopy(Number.POSITIVE_INFINITY)
    await settleAs(realm, (await claimDue(realm, 1))[0], deliveredOutcome)
    await accept(realm, safe('c', 'third'))
    await device.quiet()
    realm.kill()
    device.breakCopy(0)

    const next = device.realm()
    const { entries, row } = await look(next)
    await device.quiet()

    expect(ids(entries)).toEqual(['b', 'c'])
    expect(row.lost).toBeUndefined()
    expect(await look(device.copy)).toEqual(await look(next))
  })

  it('that fails neither refuses nor delays a capture', async () => {
    const device = createFakeDevice()
    const realm = await started(device)
    device.breakCopy(Number.POSITIVE_INFINITY)

    expect(await accept(realm, safe('a'))).toMatchObject([{ status: 'accepted' }])
    await device.quiet()
    expect(ids((await look(realm)).entries)).toEqual(['a'])
  })

  it('ignores older counters of a slower realm', async () => {
    const device = createFakeDevice()
    const realm = await started(device)
    await accept(realm, safe('a'))
    await device.quiet()
    const older = (await look(device.copy)).row
    await accept(realm, safe('b'))
    await device.quiet()

    await realm.transact('readwrite', 'relaxed', async (tx) => tx.put('partitions', older))
    await device.quiet()

    expect((await look(device.copy)).row.nextSeq).toBe(3)
    expect(device.note()?.partitions[0]?.nextSeq).toBe(3)
  })
})

describe('a checkpoint', () => {
  it('P6 knows outboxes that are older than the checkpoint, and their users are told of a loss', async () => {
    const device = createFakeDevice({ hasCopy: false })
    const first = await started(device)
    await accept(first, safe('a'))
    await device.quiet()
    first.kill()
    device.wipeNote()
    const second = device.realm()
    await look(second)
    await device.quiet()
    second.kill()

    device.wipe()
    const { row, salt } = await look(device.realm())

    expect(salt).toMatchObject({ value: 'salt-1' })
    expect(row.lost).toMatchObject({ upTo: 1, restored: 0 })
  })

  it('keeps the counts of other users, and reports no loss when it is behind', async () => {
    const device = createFakeDevice({ hasCopy: false })
    const realm = await started(device)
    await accept(realm, safe('a'))
    await realm.transact('readwrite', 'strict', (tx) =>
      appendTo(tx, 'q', [safe('x')], { now: 1, limits: defaultLimits }),
    )
    await device.quiet()
    const old = device.note()
    await accept(realm, safe('b', 'other'))
    await device.quiet()
    expect(old?.partitions.map(({ partition, waiting }) => [partition, waiting])).toEqual([
      ['p', 1],
      ['q', 1],
    ])

    const { row, entries } = await look(device.realm())

    expect(row.lost).toBeUndefined()
    expect(ids(entries)).toEqual(['a', 'b'])
  })

  it('reports a loss until the user acknowledges it, and adds later losses before that', async () => {
    const device = createFakeDevice({ hasCopy: false })
    const realm = await started(device)
    await accept(realm, safe('a'))
    await device.quiet()
    device.wipe()
    await accept(realm, safe('b'), safe('c'))
    await device.quiet()
    device.wipe()
    const twice = (await look(realm)).row.lost
    await realm.transact('readwrite', 'strict', (tx) =>
      changePartition(tx, 'p', 0, (row) => {
        delete row.lost
      }),
    )
    await device.quiet()
    realm.kill()

    expect(twice).toMatchObject({ upTo: 3, restored: 0 })
    expect((await look(device.realm())).row.lost).toBeUndefined()
    device.wipe()
    expect((await look(device.realm())).row.lost).toBeUndefined()
  })
})
