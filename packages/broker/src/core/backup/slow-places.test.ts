// Places beside the database that answer late, as at the start of a browser, when disk and processor are busiest.
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { type ManualClock, manualClock } from '../../testing/manual-clock.js'
import { accept, connecting, ids, look, randomSource, safe, signIn } from '../fixtures/backup.fixture.js'
import { readOutboxChanges } from '../journal/outbox-changes.js'
import { levelAfterMs, recoverMsMax } from '../limits.js'
import { activate, readPartition } from '../outbox/partition.js'
import { readSalt } from '../rows/app-salt.js'
import type { Store } from '../rows/store-port.js'
import { type BackupRepair, withBackup } from './backed-up-store.js'
import type { Checkpoint, CheckpointFile } from './checkpoint.js'
import { recoverRows } from './recover-lost-rows.js'
import { syncMirror } from './sync-mirror.js'

const repair = async (): Promise<BackupRepair> => ({ recoverRows, syncMirror })
/** The first use of a page whose user begins anew where the database has no salt. */
const begin = (store: Store) =>
  store.transact('readwrite', 'strict', (tx) => readSalt(tx, { ...randomSource, id: () => 'salt-2' }))
const never = Number.POSITIVE_INFINITY

/** A copy and a note that take `late` to answer until they come to life. */
function slowPlaces(clock: ManualClock) {
  const mirror = memoryStore()
  let note: Checkpoint | undefined
  const late = { copy: 0, note: 0 }
  const turn = (ms: number) =>
    new Promise<void>((resolve) => {
      if (ms !== never) clock.after(ms, resolve)
    })
  const notebook: CheckpointFile = {
    read: () => turn(late.note).then(() => note),
    async change(change) {
      await turn(late.note)
      note = change(note)
    },
  }
  const copy = {
    ...mirror,
    transact: ((...given) => turn(late.copy).then(() => mirror.transact(...given))) as typeof mirror.transact,
  }
  return { late, mirror, copy, notebook }
}

/** A device on which three entries were accepted. */
async function used() {
  const clock = manualClock()
  const places = slowPlaces(clock)
  let told = 0
  const onRestored = () => {
    told += 1
  }
  const start = (disk = memoryStore(), after: ManualClock['after'] = clock.after) =>
    withBackup(connecting(disk), { ...places, repair, onRestored }, { ...clock, after })
  const disk = memoryStore()
  const before = start(disk)
  const begun = signIn(before).then(() => accept(before, safe('a'), safe('b'), safe('c', 'other')))
  await clock.advance(levelAfterMs)
  await begun
  before.close()
  /** Whether the work is done after so long. */
  const after = async (ms: number, work: Promise<unknown>) => {
    let isDone = false
    void work.then(() => {
      isDone = true
    })
    await clock.advance(ms)
    return isDone
  }
  return { clock, places, disk, start, after, told: () => told }
}

describe('a wiped database whose copy or checkpoint is slow (P1)', () => {
  it.each([
    [2_600, 2_600],
    [10_000, 10_000],
    [29_000, 29_000],
    [2_600, 0],
    [29_000, 0],
    [0, 29_000],
    [5_000, never],
    [never, 0],
  ])(
    'gets no new salt before both have answered (the copy after %s ms, the checkpoint after %s)',
    async (copy, note) => {
      const { places, start, after, clock } = await used()
      Object.assign(places.late, { copy, note })
      const store = start()
      const begun = begin(store)

      const isEarly = await after(Math.min(Math.max(copy, note), recoverMsMax) - 1, begun)
      await clock.advance(2 * recoverMsMax)
      await begun
      const { row, salt, entries } = await look(store)

      expect(isEarly).toBe(false)
      expect(salt).toEqual({ name: 'salt', value: 'salt-1' })
      expect(row.lost).toMatchObject(copy === never ? { upTo: 3 } : { upTo: 0, restored: 3 })
      expect(ids(entries)).toEqual(copy === never ? [] : ['a', 'b', 'c'])
    },
  )

  it('gets a new salt after 30 s if both hang', async () => {
    const { places, start, after } = await used()
    Object.assign(places.late, { copy: never, note: never })
    const begun = begin(start())

    expect([await after(recoverMsMax - 1, begun), await after(1, begun)]).toEqual([false, true])
  })
})

describe('an outbox under a new salt, whose copy or checkpoint answers after that (P1)', () => {
  it.each([
    ['the copy', 'in the same connection', { copy: 0, note: never }],
    ['the checkpoint', 'at the next start', { copy: never, note: 0 }],
    ['both', 'in the same connection', { copy: 0, note: 0 }],
    ['both', 'at the next start', { copy: 0, note: 0 }],
  ])('reports the entries under the old salt as lost, once: %s, %s', async (_, when, late) => {
    const { places, start, clock } = await used()
    Object.assign(places.late, { copy: never, note: never })
    const disk = memoryStore()
    let store = start(disk)
    const begun = begin(store).then(() =>
      store.transact('readwrite', 'relaxed', (tx) => activate(tx, { partition: 'p2', principal: 'ada' })),
    )
    await clock.advance(recoverMsMax)
    await begun

    Object.assign(places.late, late)
    const lost: unknown[] = []
    for (let i = 0; i < 2; i++) {
      if (when === 'at the next start') {
        store.close()
        store = start(disk)
      }
      const read = store.transact('readwrite', 'relaxed', async (tx) => {
        const { lost: told, ...row } = await readPartition(tx, 'p2')
        tx.put('partitions', row)
        return told?.upTo
      })
      await clock.advance(5 * recoverMsMax)
      lost.push(await read)
    }
    const { lost: last } = await store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p2'))

    expect([...lost, last?.upTo].filter((upTo) => upTo !== undefined)).toEqual([3])
  })
})

describe('a busy main thread', () => {
  /** Timers and answers come at the end of a task alone. */
  const inTasksOf = (taskMs: number, { monotonic, after }: ManualClock): ManualClock['after'] => {
    return (ms, callback) => after(taskMs * Math.ceil((monotonic() + ms) / taskMs) - monotonic(), callback)
  }

  it.each([
    [500, 20],
    [800, 20],
    [3_000, 25],
    [10_000, 28],
  ])('with tasks of %i ms is given more time, even if a read takes %i of them', async (taskMs, turns) => {
    const { places, start, clock } = await used()
    Object.assign(places.late, { copy: taskMs * turns, note: taskMs * turns })
    const store = start(memoryStore(), inTasksOf(taskMs, clock))
    const begun = begin(store)

    await clock.advance(3 * taskMs * turns)
    await begun

    expect(ids((await look(store)).entries)).toEqual(['a', 'b', 'c'])
  })
})

describe('a copy that answers only while the database is in use', () => {
  it.each([
    [3_000, 'no new entry', []],
    [70_000, 'no new entry', []],
    [70_000, 'new entries', ['d']],
    [200_000, 'new entries', ['d', 'e']],
  ])('after %i ms restores the entries that were reported lost, once, beside %s', async (ms, _, more) => {
    const { places, start, clock, told } = await used()
    places.late.copy = never
    const store = start()
    const begun = begin(store).then(() => accept(store, ...more.map((id) => safe(id))))
    await clock.advance(recoverMsMax)
    await begun
    const { row: counted } = await look(store)
    const before = [counted.lost?.upTo, store.backup.kind()]
    const seen = { seq: counted.nextSeq - 1, number: counted.nextNumber - 1 }

    await clock.advance(ms)
    places.late.copy = 0
    await clock.advance(3 * recoverMsMax)
    const { row, entries } = await look(store)
    const mirrored = await look(places.mirror)
    const news = await store.transact('readonly', 'relaxed', (tx) =>
      readOutboxChanges(tx, 'p', seen, () => true),
    )

    expect(before).toEqual([3, 'note'])
    expect(ids(entries)).toEqual(['a', 'b', 'c', ...more])
    expect(row).toMatchObject({ waiting: 3 + more.length, lost: { upTo: 0, restored: 3 }, owed: false })
    expect(store.backup.kind()).toBe('mirror')
    expect(ids(mirrored.entries)).toEqual(ids(entries))
    expect(told()).toBe(1)
    expect(ids(news.entries)).toEqual(['a', 'b', 'c'])
  })

  it.each([2_600, 25_000, 300_000])(
    'becomes the mirror of a database that lost nothing (after %i ms)',
    async (ms) => {
      const { places, disk, start, clock, told } = await used()
      places.late.copy = never
      const store = start(disk)
      const done = accept(store, safe('d'))
      await clock.advance(ms)
      await done
      const before = store.backup.kind()

      places.late.copy = 0
      await clock.advance(3 * recoverMsMax)

      expect([before, store.backup.kind(), told()]).toEqual(['note', 'mirror', 0])
      expect(ids((await look(places.mirror)).entries)).toEqual(['a', 'b', 'c', 'd'])
    },
  )

  it('is not used once the store is closed', async () => {
    const { places, disk, start, clock } = await used()
    places.late.copy = never
    const store = start(disk)
    const done = accept(store, safe('d'))
    await clock.advance(2_500)
    await done
    store.close()

    places.late.copy = 0
    await clock.advance(5 * recoverMsMax)

    expect(store.backup.kind()).toBe('note')
  })
})
