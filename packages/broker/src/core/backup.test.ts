import { describe, expect, it } from 'vitest'
import { append, type Capture } from './append.js'
import { claim } from './claim.js'
import { createDevice, type Device, type Realm } from './device.fixture.js'
import { capture } from './entry.fixture.js'
import type { SendingEntry } from './entry.js'
import { requeue } from './letters.js'
import { defaultLimits } from './limits.js'
import { delivered, doubted, refused } from './outbox.fixture.js'
import type { Outcome } from './outcome.js'
import { activate, changePartition, readActive, readPartition, readSalt } from './partition.js'
import type { Store } from './ports.js'
import { within } from './schema.js'
import { settle } from './settle.js'

const chance = { random: () => 0.5, id: () => 'salt-1', digest: async (text: string) => text }

/** A user signs in, as a page has them do. */
async function signIn(store: Store): Promise<void> {
  await store.transact('readwrite', 'strict', (tx) => readSalt(tx, chance))
  await store.transact('readwrite', 'relaxed', (tx) => activate(tx, { partition: 'p', principal: 'ada' }))
}

const accept = (store: Store, ...captures: readonly Capture[]) =>
  store.transact('readwrite', 'strict', (tx) => append(tx, 'p', captures, { now: 1, limits: defaultLimits }))

const safe = (id: string, lane = 'lane') => capture(id, { lane, server: 'idempotent' })

const claimDue = (store: Store, max = 6): Promise<readonly SendingEntry[]> =>
  store.transact('readwrite', 'strict', async (tx) => {
    const row = await readPartition(tx, 'p')
    const { claimed } = await claim(tx, row, new Map(), {
      owner: 'me',
      now: 10,
      probe: 'none',
      concurrencyMax: max,
      inFlight: [],
      serves: () => true,
    })
    tx.put('partitions', row)
    return claimed
  })

const settleAs = (store: Store, entry: SendingEntry | undefined, outcome: Outcome) =>
  store.transact('readwrite', 'strict', async (tx) => {
    if (entry === undefined) throw new Error('nothing was claimed')
    const row = await readPartition(tx, 'p')
    const options = { now: 20, failuresMax: 60, random: () => 0.5 }
    await settle(tx, { row, origins: new Map() }, { entry, outcome }, options)
    tx.put('partitions', row)
  })

const look = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) => ({
    row: await readPartition(tx, 'p'),
    salt: await tx.get('settings', ['salt']),
    entries: await tx.list(within('entries', ['p']), 999),
    letters: await tx.list(within('deadLetters', ['p']), 999),
  }))

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

async function started(device: Device): Promise<Realm> {
  const realm = device.realm()
  await signIn(realm)
  return realm
}

describe('a database that was wiped between two starts (P1, F18)', () => {
  it('is whole again from its copy, with its salt, and says how much was brought back', async () => {
    const device = createDevice()
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

  it('has its entries go on with their keys, as never sent where they never were', async () => {
    const device = createDevice()
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

  it('P2 has those in doubt that must not be repeated, since the copy may lag: the first of a lane and all after it', async () => {
    const device = createDevice()
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

  it('P3 keeps the order of a lane whose doubts are resolved in another order', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, capture('a'), capture('b'))
    await device.quiet()
    device.wipe()
    const realm = device.realm()
    const again = (id: string) =>
      realm.transact('readwrite', 'strict', async (tx) => {
        const [first, second] = await tx.list(within('entries', ['p']), 9)
        const held = [first, second].find((entry) => entry?.id === id)
        if (held?.state === 'inDoubt') await requeue(tx, held, 'new', 5)
      })

    await signIn(realm)
    await again('b')
    const early = await claimDue(realm)
    await again('a')
    const first = await claimDue(realm)

    expect(ids(early)).toEqual([])
    expect(ids(first)).toEqual(['a'])
  })

  it('has its dead letters again, and a lane that one held back is still held back', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, { ...safe('a'), onReturned: 'block' }, safe('b'))
    await settleAs(before, (await claimDue(before))[0], refused)
    await device.quiet()

    device.wipe()
    const { row, entries, letters } = await look(device.realm())

    expect(ids(letters)).toEqual(['a'])
    expect(row).toMatchObject({ waiting: 1, dead: 1, blockedLanes: ['lane'] })
    expect(entries).toMatchObject([{ id: 'b', head: false }])
  })

  it('P6 has nobody’s session: what is in the copy is sent after a page has said whose it is', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    const { session } = (await look(before)).row
    await device.quiet()

    device.wipe()
    const realm = device.realm()

    expect(await realm.transact('readonly', 'relaxed', readActive)).toBeUndefined()
    expect((await look(realm)).row.session).toBeGreaterThan(session)
  })

  it('never gives a number away a second time', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await settleAs(before, (await claimDue(before))[0], delivered)
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

  it('says “up to n” where only a note knows, and does not count what had ended', async () => {
    const device = createDevice({ hasCopy: false })
    const before = await started(device)
    await accept(before, safe('a'), safe('b'), safe('c', 'other'))
    await settleAs(before, (await claimDue(before, 1))[0], delivered)
    await device.quiet()

    device.wipe()
    const { row, salt, entries } = await look(device.realm())

    expect(entries).toEqual([])
    expect(row).toMatchObject({ waiting: 0, nextSeq: 4, lost: { upTo: 2, restored: 0, at: 1_000 } })
    expect(salt).toMatchObject({ value: 'salt-1' })
  })

  it('says so where the copy was wiped too, and where the copy lacks the last of it', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await device.quiet()
    device.wipe()
    device.wipeCopy()
    const both = await look(device.realm())

    const other = createDevice()
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

  it('gives back later what its copy has, where that could not be read at first', async () => {
    const device = createDevice()
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

describe('a database that forgot its last commits, and says nothing (P1)', () => {
  it('has again what was accepted since, and what had ended does not come back', async () => {
    const device = createDevice()
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

  it('does not have again what it knew to have ended, although the copy did not', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, safe('a'))
    await device.quiet()
    device.breakCopy(2)
    await settleAs(before, (await claimDue(before))[0], delivered)
    await device.quiet()
    await device.remember()
    await accept(before, safe('b'))
    await device.quiet()
    const copied = await look(device.copy)

    device.forget()

    expect(ids(copied.entries)).toEqual(['a', 'b'])
    expect(ids((await look(device.realm())).entries)).toEqual(['b'])
  })

  it('P2 sends nothing again blindly whose delivery it forgot', async () => {
    const device = createDevice()
    const before = await started(device)
    await accept(before, capture('a'), safe('b', 'other'))
    await device.remember()
    for (const entry of await claimDue(before)) await settleAs(before, entry, delivered)
    await device.quiet()

    device.forget()
    const { entries, row } = await look(device.realm())

    expect(entries).toMatchObject([
      { id: 'a', state: 'inDoubt' },
      { id: 'b', state: 'waiting', key: 'key-b', effect: 'unknown' },
    ])
    expect(row.lost).toBeUndefined()
  })

  it('P2 knows that an entry was being sent although it forgot the claim', async () => {
    const device = createDevice()
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

describe('a database that is wiped while it is open', () => {
  it.each([
    ['a copy', {}, { entries: ['a'], lost: { upTo: 0, restored: 1 } }],
    ['a note', { hasCopy: false }, { entries: [], lost: { upTo: 1, restored: 0 } }],
    [
      'nothing but the page’s own memory',
      { hasCopy: false, hasNote: false },
      { entries: [], lost: { upTo: 1, restored: 0 } },
    ],
  ])('is known to have lost work by %s', async (_, has, expected) => {
    const device = createDevice(has)
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

describe('a copy', () => {
  it('has what is unsent, the counters and the salt, and neither journal nor session', async () => {
    const device = createDevice()
    const realm = await started(device)
    await accept(realm, safe('a'), safe('b', 'other'))
    await settleAs(realm, (await claimDue(realm, 1))[0], delivered)
    await device.quiet()

    const copied = await look(device.copy)
    const rest = await device.copy.transact('readonly', 'relaxed', async (tx) => [
      await tx.list(within('journal', []), 9),
      await readActive(tx),
    ])

    expect(copied).toEqual(await look(realm))
    expect(ids(copied.entries)).toEqual(['b'])
    expect(rest).toEqual([[], undefined])
  })

  it('loses what had ended without its knowledge, and nothing is brought back where nothing was lost', async () => {
    const device = createDevice()
    const realm = await started(device)
    await accept(realm, safe('a'), safe('b', 'other'))
    await device.quiet()
    device.breakCopy(Number.POSITIVE_INFINITY)
    await settleAs(realm, (await claimDue(realm, 1))[0], delivered)
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

  it('that fails refuses no capture and holds up none', async () => {
    const device = createDevice()
    const realm = await started(device)
    device.breakCopy(Number.POSITIVE_INFINITY)

    expect(await accept(realm, safe('a'))).toMatchObject([{ status: 'accepted' }])
    await device.quiet()
    expect(ids((await look(realm)).entries)).toEqual(['a'])
  })

  it('does not take older counters from a slower realm', async () => {
    const device = createDevice()
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

describe('a note', () => {
  it('keeps what other users have waiting, and cries no wolf when it is behind', async () => {
    const device = createDevice({ hasCopy: false })
    const realm = await started(device)
    await accept(realm, safe('a'))
    await realm.transact('readwrite', 'strict', (tx) =>
      append(tx, 'q', [safe('x')], { now: 1, limits: defaultLimits }),
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

  it('tells a loss once: what a person took note of is not told again, what is lost later is added before that', async () => {
    const device = createDevice({ hasCopy: false })
    const realm = await started(device)
    await accept(realm, safe('a'))
    await device.quiet()
    device.wipe()
    await accept(realm, safe('b'), safe('c'))
    await device.quiet()
    device.wipe()
    const twice = (await look(realm)).row.lost
    await realm.transact('readwrite', 'strict', (tx) =>
      changePartition(tx, 'p', (row) => {
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

describe('realms that start at once over a wiped database, and die in it at any step', () => {
  /** What every start must find of this: four that wait, one of them sent, one in doubt, a letter; one has ended. */
  async function prepared(): Promise<Device> {
    const device = createDevice()
    const before = await started(device)
    await accept(
      before,
      safe('ended', 'x'),
      safe('sent', 'y'),
      capture('unsure', { lane: 'z' }),
      capture('returned', { lane: 'w', server: 'idempotent' }),
    )
    const claimed = await claimDue(before)
    const outcomes: Record<string, Outcome> = { ended: delivered, unsure: doubted, returned: refused }
    for (const entry of claimed) {
      const outcome = outcomes[entry.id]
      if (outcome !== undefined) await settleAs(before, entry, outcome)
    }
    await accept(before, safe('after', 'y'), safe('other', 'v'))
    await device.quiet()
    before.kill()
    return device
  }

  async function expectWhole(device: Device, realm: Realm): Promise<void> {
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

  it.each(steps)('one that dies at step %i leaves all to the next', async (lifetime) => {
    const device = await prepared()
    device.wipe()
    const doomed = device.realm({ steps: lifetime })
    void look(doomed)
    await device.quiet()

    await expectWhole(device, device.realm())
  })

  it.each(steps)('one that dies at step %i beside another', async (lifetime) => {
    const device = await prepared()
    device.wipe()
    const doomed = device.realm({ steps: lifetime })
    const living = device.realm()
    await Promise.race([Promise.all([look(doomed), look(living)]), look(living)])
    await device.quiet()

    await expectWhole(device, living)
    await expectWhole(device, device.realm())
  })

  it.each(steps)('one that dies at step %i, and then the database once more', async (lifetime) => {
    const device = await prepared()
    device.wipe()
    const doomed = device.realm({ steps: lifetime })
    void look(doomed)
    await device.quiet()
    device.wipe()

    const { entries, letters } = await look(device.realm())

    expect(ids(entries)).toEqual(['sent', 'unsure', 'after', 'other'])
    expect(ids(letters)).toEqual(['returned'])
  })

  it('takes more steps than are tried here nowhere', async () => {
    const device = await prepared()
    device.wipe()
    const realm = device.realm()
    await look(realm)
    await device.quiet()

    expect(realm.steps()).toBeLessThanOrEqual(steps.length * 2)
  })
})
