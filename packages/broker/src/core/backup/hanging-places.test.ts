// Places beside the database that never answer, as a bucket does that was deleted under a page.
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { manualClock } from '../../testing/manual-clock.js'
import { appendTo } from '../fixtures/append.fixture.js'
import { connecting } from '../fixtures/backup.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { defaultLimits, knownMsMax, levelAfterMs, recoverMsMax } from '../limits.js'
import { newPartition, readPartition } from '../outbox/partition.js'
import { keySpan } from '../rows/key-spans.js'
import type { Store } from '../rows/store-port.js'
import { type BackupPlaces, type BackupRepair, withBackup } from './backed-up-store.js'
import type { Checkpoint } from './checkpoint.js'
import { recoverRows } from './recover-lost-rows.js'
import { syncMirror } from './sync-mirror.js'

const never = <T>() => new Promise<T>(() => {})
const repair = async (): Promise<BackupRepair> => ({ recoverRows, syncMirror })
const lost: Checkpoint = { partitions: [{ ...newPartition('p'), nextSeq: 8, waiting: 3 }] }

type Hang = 'atOnce' | 'atARead' | 'afterItsWork'

/** A copy whose transactions hang from the given one to the next `close`. */
function hangingCopy(from: number, how: Hang = 'atOnce') {
  const store = memoryStore()
  let count = 0
  let closed = 0
  let hangs = true
  const copy: Store = {
    ...store,
    transact(mode, durability, work) {
      if (!hangs || count++ < from) return store.transact(mode, durability, work)
      if (how === 'atOnce') return never()
      if (how === 'afterItsWork') return store.transact(mode, durability, work).then(() => never())
      return memoryStore().transact(mode, durability, (tx) =>
        work({ ...tx, get: never, list: never, keys: never }),
      )
    },
    close() {
      closed += 1
      hangs = false
    },
  }
  const size = async () =>
    (await store.transact('readonly', 'relaxed', (tx) => tx.list(keySpan('entries', []), 99))).length
  return { copy, closed: () => closed, size }
}

function started(places: Partial<BackupPlaces>) {
  const clock = manualClock()
  const whole = memoryStore()
  // It is not new.
  void whole.transact('readwrite', 'strict', async (tx) => tx.put('settings', { name: 'salt', value: 'a' }))
  const store = withBackup(connecting(whole), { repair, ...places }, clock)
  let id = 0
  const accept = () => {
    id += 1
    return store.transact('readwrite', 'strict', (tx) =>
      appendTo(tx, 'p', [capture(`c${id}`, { lane: `lane-${id}` })], { now: 1, limits: defaultLimits }),
    )
  }
  /** The state of the work after so long. */
  const after = async (ms: number, work: Promise<unknown>) => {
    let told: unknown = 'waits'
    work.then(
      () => {
        told = 'done'
      },
      (error: Error) => {
        told = error.message
      },
    )
    await clock.advance(ms)
    return told
  }
  const row = () => store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))
  return { store, clock, accept, after, row }
}

const hangs: readonly Hang[] = ['atOnce', 'atARead', 'afterItsWork']

describe('a copy that does not answer', () => {
  it.each(hangs)('does not delay a start for long (%s)', async (how) => {
    const { copy, closed } = hangingCopy(0, how)
    const { store, clock, accept, after, row } = started({ copy })
    const accepted = accept()

    const told = [await after(knownMsMax - 1, accepted), await after(1, accepted)]

    expect(told).toEqual(['waits', 'done'])
    expect((await row()).waiting).toBe(1)
    expect(store.backup.kind()).toBe('none')
    await clock.advance(recoverMsMax)
    expect(closed()).toBe(1)
  })

  it.each(hangs)('does not block a recovery for ever, and its rows are recovered later (%s)', async (how) => {
    const { copy } = hangingCopy(1, how)
    const notebook = { read: async () => lost, change: async () => {} }
    const { accept, after, row } = started({ copy, notebook })
    const accepted = accept()

    const told = [await after(recoverMsMax - 1, accepted), await after(1, accepted)]

    expect(told).toEqual(['waits', 'done'])
    expect(await row()).toMatchObject({ nextSeq: 9, lost: { upTo: 3 }, owed: true })
  })

  it.each(hangs)(
    'to a write is no longer a mirror, and is opened again for the next one (%s)',
    async (how) => {
      const { copy, closed, size } = hangingCopy(1, how)
      const { store, clock, accept, after } = started({ copy })
      const told = [await after(0, accept())]
      const before = store.backup.kind()

      await clock.advance(recoverMsMax)
      const behind = store.backup.kind()
      told.push(await after(0, accept()))

      expect(told).toEqual(['done', 'done'])
      expect([before, behind, closed()]).toEqual(['mirror', 'none', 1])
      expect(await size()).toBe(how === 'afterItsWork' ? 2 : 1)
    },
  )

  it.each(hangs)('delays no write while it is synchronised (%s)', async (how) => {
    const { copy, closed } = hangingCopy(2, how)
    const { clock, accept, after } = started({ copy })
    await accept()
    await clock.advance(levelAfterMs)

    expect(await after(0, accept())).toBe('done')
    await clock.advance(recoverMsMax)
    expect(closed()).toBeGreaterThan(0)
  })
})

describe('a checkpoint file that does not answer', () => {
  it('does not delay a start for long, even if the copy does not answer either', async () => {
    for (const copy of [undefined, hangingCopy(0).copy]) {
      const notebook = { read: never<undefined>, change: async () => {} }
      const { accept, after } = started({ copy, notebook })
      const accepted = accept()

      expect([await after(knownMsMax - 1, accepted), await after(1, accepted)]).toEqual(['waits', 'done'])
    }
  })

  it('is no backup while writes to it fail, and is one again afterwards', async () => {
    let isAway = true
    const change = () => (isAway ? never<void>() : Promise.resolve())
    const { store, clock, accept } = started({ notebook: { read: async () => undefined, change } })
    await accept()

    await clock.advance(recoverMsMax)
    const away = store.backup.kind()
    isAway = false
    await accept()
    await clock.advance(recoverMsMax)

    expect([away, store.backup.kind()]).toEqual(['none', 'note'])
  })
})

describe('the code that repairs a database', () => {
  it.each([1, 2, 4])(
    'lets transactions fail in time if it does not load, and is loaded again (%i)',
    async (times) => {
      let asked = 0
      const slow = () => (asked++ < times ? never<BackupRepair>() : repair())
      const notebook = { read: async () => lost, change: async () => {} }
      const { accept, after, row } = started({ notebook, repair: slow })
      const told: unknown[] = []
      for (let i = 0; i < times; i++) told.push(await after(recoverMsMax, accept()))

      expect(told).toEqual(
        Array.from({ length: times }, () => 'redux-broker: the storage did not answer within 30000 ms'),
      )
      expect(await after(0, accept())).toBe('done')
      expect(await row()).toMatchObject({ nextSeq: 9, lost: { upTo: 3 } })
    },
  )
})
