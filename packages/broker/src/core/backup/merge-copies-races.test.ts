import { describe, expect, it } from 'vitest'
import { accept, claimDue, ids, look, safe, settleAs, started } from '../fixtures/backup.fixture.js'
import { createFakeDevice, type FakeDevice, type Realm } from '../fixtures/device.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, doubted, refusedReply } from '../fixtures/outbox.fixture.js'
import type { Outcome } from '../outcomes/outcome.js'

describe('realms that start at once over a wiped database, of which one dies at any step', () => {
  /** What every start must find of this: four that wait, one of them sent, one in doubt, a letter; one has ended. */
  async function prepared(): Promise<FakeDevice> {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(
      before,
      safe('ended', 'x'),
      safe('sent', 'y'),
      capture('unsure', { lane: 'z' }),
      capture('returned', { lane: 'w', server: 'idempotent' }),
    )
    const claimed = await claimDue(before)
    const outcomes: Record<string, Outcome> = {
      ended: deliveredOutcome,
      unsure: doubted,
      returned: refusedReply,
    }
    for (const entry of claimed) {
      const outcome = outcomes[entry.id]
      if (outcome !== undefined) await settleAs(before, entry, outcome)
    }
    await accept(before, safe('after', 'y'), safe('other', 'v'))
    await device.quiet()
    before.kill()
    return device
  }

  async function expectWhole(device: FakeDevice, realm: Realm): Promise<void> {
    const { row, entries, letters } = await look(realm)
    expect(ids(entries)).toEqual(['sent', 'unsure', 'after', 'other'])
    expect(ids(letters)).toEqual(['returned'])
    expect(entries.map((entry) => entry.state === 'waiting' && entry.head)).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect(row).toMatchObject({ waiting: 4, dead: 1, nextSeq: 7, lost: { upTo: 0, restored: 5 } })
    await device.quiet()
    // An entry's state in the copy may be an older one, since nobody trusts it.
    const copied = await look(device.copy)
    expect(copied.row).toEqual(row)
    expect(ids(copied.entries)).toEqual(ids(entries))
    expect(ids(copied.letters)).toEqual(ids(letters))
  }

  const steps = Array.from({ length: 24 }, (_, i) => i + 1)

  it.each(steps)('recover all if a single realm dies at step %i and a next one starts', async (lifetime) => {
    const device = await prepared()
    device.wipe()
    const doomed = device.realm({ steps: lifetime })
    void look(doomed)
    await device.quiet()

    await expectWhole(device, device.realm())
  })

  it.each(steps)('recover all if one of two realms dies at step %i', async (lifetime) => {
    const device = await prepared()
    device.wipe()
    const doomed = device.realm({ steps: lifetime })
    const living = device.realm()
    await Promise.race([Promise.all([look(doomed), look(living)]), look(living)])
    await device.quiet()

    await expectWhole(device, living)
    await expectWhole(device, device.realm())
  })

  it.each(steps)(
    'recover all if one realm dies at step %i and the database is wiped once more',
    async (lifetime) => {
      const device = await prepared()
      device.wipe()
      const doomed = device.realm({ steps: lifetime })
      void look(doomed)
      await device.quiet()
      device.wipe()

      const { entries, letters } = await look(device.realm())

      expect(ids(entries)).toEqual(['sent', 'unsure', 'after', 'other'])
      expect(ids(letters)).toEqual(['returned'])
    },
  )

  it('take no more steps than are tried here', async () => {
    const device = await prepared()
    device.wipe()
    const realm = device.realm()
    await look(realm)
    await device.quiet()

    expect(realm.steps()).toBeLessThanOrEqual(steps.length * 2)
  })
})

describe('realms that start at once over a wiped database, whose copy was wiped too', () => {
  it.each([0, 1, 2, 3])('report the loss once if the copy cannot be read %i times', async (failures) => {
    const device = createFakeDevice()
    const before = await started(device)
    await accept(before, safe('a'), safe('b'))
    await device.quiet()
    before.kill()
    device.wipe()
    device.wipeCopy()
    device.breakCopy(failures)

    const both = [device.realm(), device.realm()]
    await Promise.all(both.map(look))
    await device.quiet()

    const { row } = await look(device.realm())
    expect(row).toMatchObject({ waiting: 0, lost: { upTo: 2, restored: 0 } })
  })
})
