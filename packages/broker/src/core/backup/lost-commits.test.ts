import { describe, expect, it } from 'vitest'
import { accept, claimDue, ids, look, safe, settleAs, started } from '../fixtures/backup.fixture.js'
import { createFakeDevice } from '../fixtures/device.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome } from '../fixtures/outbox.fixture.js'

describe('a database that silently lost its last commits (P1)', () => {
  it('restores the entries that were accepted since, and none that had ended', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await device.remember()
    await accept(before, safe('b'))
    await device.quiet()

    device.forget()
    const { row, entries } = await look(device.realm())

    expect(ids(entries)).toEqual(['a', 'b'])
    expect(row.lost).toMatchObject({ upTo: 0, restored: 1 })
  })

  it('does not restore an entry that it knows to have ended, although the copy still has it', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await device.quiet()
    device.breakCopy(2)
    await settleAs(before, (await claimDue(before))[0], deliveredOutcome)
    await device.quiet()
    await device.remember()
    await accept(before, safe('b'))
    await device.quiet()
    const copied = await look(device.copy)

    device.forget()

    expect(ids(copied.entries)).toEqual(['a', 'b'])
    expect(ids((await look(device.realm())).entries)).toEqual(['b'])
  })

  it('P2 does not blindly repeat an entry whose delivery it lost', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, capture('a'), safe('b', 'other'))
    await device.remember()
    for (const entry of await claimDue(before)) await settleAs(before, entry, deliveredOutcome)
    await device.quiet()

    device.forget()
    const { entries, row } = await look(device.realm())

    expect(entries).toMatchObject([
      { id: 'a', state: 'inDoubt' },
      { id: 'b', state: 'waiting', key: 'key-b', effect: 'unknown' },
    ])
    expect(row.lost).toBeUndefined()
  })

  it('P3 puts a PUT to a plain server in doubt if it has ended since, since a repeat would undo a later one', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    const put = capture('old')
    await accept(before, { ...put, request: { ...put.request, method: 'PUT' } })
    await device.quiet()
    await device.remember()
    for (const entry of await claimDue(before)) await settleAs(before, entry, deliveredOutcome)
    await accept(before, safe('new'))
    for (const entry of await claimDue(before)) await settleAs(before, entry, deliveredOutcome)
    await device.quiet()

    device.forget()
    const { entries } = await look(device.realm())

    expect(entries).toMatchObject([{ id: 'old', state: 'inDoubt' }])
  })

  it('P2 knows that an entry was being sent although it lost the claim', async () => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, capture('a'))
    await device.remember()
    await claimDue(before)
    await device.quiet()

    device.forget()
    const { entries } = await look(device.realm())

    expect(entries).toMatchObject([{ id: 'a', state: 'inDoubt', fence: 1 }])
  })
})
