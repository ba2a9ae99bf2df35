import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { createSeededRandom } from '../../testing/seeded-random.js'
import { type BackedUpStore, withBackup } from '../backup/backed-up-store.js'
import type { Checkpoint, CheckpointFile } from '../backup/checkpoint.js'
import { recoverRows } from '../backup/recover-lost-rows.js'
import { syncMirror } from '../backup/sync-mirror.js'
import { accept, ids, look, safe, signIn } from '../fixtures/backup.fixture.js'
import { levelAfterMs, noteSpacingMs } from '../limits.js'
import { partitionName, readSalt } from '../rows/app-salt.js'
import type { PartitionRow, SettingRow } from '../rows/rows.js'
import type { Store } from '../rows/store-port.js'
import { activate, isActive, readActive, readProven } from './partition.js'

const junk: readonly unknown[] = [undefined, null, 7, '', {}, [], true]

/** A database, a copy of it and a note, and realms that come one after the other. */
function places({ hasCopy = true, hasNote = true } = {}) {
  const [disk, copy] = [memoryStore(), memoryStore()]
  let note: Checkpoint | undefined
  const notebook: CheckpointFile = {
    read: async () => note,
    async change(change) {
      note = structuredClone(change(note))
    },
  }
  const open = (): BackedUpStore => {
    let ready: Promise<void> | undefined
    return withBackup(
      (prepare) => ({
        close() {},
        async transact(...given) {
          ready ??= prepare(disk.transact)
          await ready
          return disk.transact(...given)
        },
      }),
      {
        copy: hasCopy ? copy : undefined,
        notebook: hasNote ? notebook : undefined,
        repair: async () => ({ recoverRows, syncMirror }),
      },
      {
        now: () => 1_000,
        after(ms, callback) {
          if (ms === levelAfterMs || ms === noteSpacingMs) queueMicrotask(callback)
          return () => {}
        },
      },
    )
  }
  return { disk, open }
}

const put = (store: Store, name: 'settings' | 'partitions', row: object) =>
  store.transact('readwrite', 'strict', async (tx) => tx.put(name, row as never))

const elsewhere = [
  ['a copy and a note', {}],
  ['a copy alone', { hasNote: false }],
  ['a note alone', { hasCopy: false }],
] as const

describe('a salt that is damaged', () => {
  it.each(elsewhere)('is restored at the next start from %s, and its entries are found', async (_, has) => {
    for (const value of junk) {
      const { disk, open } = places(has)
      const before = open()
      await signIn(before)
      await accept(before, safe('a'))
      await before.backup.copied()
      await put(disk, 'settings', { name: 'salt', value })

      const { salt, entries } = await look(open())

      expect(salt).toMatchObject({ value: 'salt-1' })
      expect(entries).toMatchObject([{ id: 'a', state: 'waiting', attempts: 0 }])
    }
  })

  it.each(junk)('only in its base is found by the base in its name: %j', async (base) => {
    const store = memoryStore()
    await put(store, 'settings', { name: 'salt:/a/', value: 'old', base: base ?? 0 })
    const salt = await store.transact('readwrite', 'strict', (tx) =>
      readSalt(tx, createSeededRandom(1), '/a/b/'),
    )

    expect(salt).toBe('old')
  })
})

describe('a row of counts that is damaged', () => {
  it.each(elsewhere)(
    'gets its missing fields from %s, and none of its entries is in doubt',
    async (_, has) => {
      for (const damage of [...junk, 0.5].filter((value) => value !== 7)) {
        const { disk, open } = places(has)
        const before = open()
        await signIn(before)
        await accept(before, safe('a'), safe('b', 'other'))
        await before.backup.copied()
        const { row } = await look(before)
        const damaged = { ...row, claims: damage ?? 'x', nextSeq: damage, waiting: damage }
        await put(disk, 'partitions', damaged as unknown as PartitionRow)

        const after = await look(open())

        expect(after.row).toMatchObject({ waiting: 2, nextSeq: 3 })
        expect(after.row.lost).toBeUndefined()
        expect(after.entries.map(({ effect }) => effect)).toEqual(['none', 'none'])
        expect(ids(after.entries)).toEqual(['a', 'b'])
      }
    },
  )
})

describe('a session that is damaged', () => {
  const ann = { principal: 'ann', salt: 'salt' }
  async function signedIn(more: object) {
    const store = memoryStore()
    const randomSource = createSeededRandom(1)
    const [anns, bobs] = await Promise.all(
      ['ann', 'bob'].map((user) => partitionName(randomSource, ann.salt, user)),
    )
    await put(store, 'settings', { name: 'salt', value: ann.salt })
    const owner = { principal: 'ann', partition: anns as string }
    await store.transact('readwrite', 'strict', (tx) => activate(tx, owner))
    const edited = { bobs, anns }
    const given = Object.entries(more).map(([name, value]) => [name, edited[value as 'bobs'] ?? value])
    await put(store, 'settings', { name: 'active', ...owner, ...Object.fromEntries(given) } as SettingRow)
    return { store, owner, proven: () => readProven({ store, randomSource }, '/') }
  }

  it.each<readonly [string, object]>([
    ['the partition of another user', { partition: 'bobs' }],
    ['the name of another user', { principal: 'bob' }],
    ['a partition that nobody has', { partition: 'x' }],
    ['no name', { principal: '' }],
    ...junk.map((value) => [`${JSON.stringify(value)} for a name`, { principal: value }] as const),
    ...junk.map((value) => [`${JSON.stringify(value)} for a partition`, { partition: value }] as const),
    ...junk.slice(1).map((value) => [`${JSON.stringify(value)} for a base`, { base: value }] as const),
  ])('P6 lets no worker send anything: %s', async (_, more) => {
    expect(await (await signedIn(more)).proven()).toBeUndefined()
  })

  it('that is undamaged is proven', async () => {
    const { owner, proven } = await signedIn({})
    expect(await proven()).toMatchObject(owner)
  })

  it.each(junk.slice(1))('is written again by the next page if its base is %j', async (base) => {
    const { store, owner, proven } = await signedIn({ base, from: base })
    expect(await isActive(store, owner.partition)).toBe(false)

    await store.transact('readwrite', 'strict', (tx) => activate(tx, owner))

    expect(await store.transact('readonly', 'relaxed', readActive)).toMatchObject(owner)
    expect(await proven()).toMatchObject(owner)
  })
})
