import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { manualClock } from '../../testing/manual-clock.js'
import { appendTo } from '../fixtures/append.fixture.js'
import { connecting } from '../fixtures/backup.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { defaultLimits } from '../limits.js'
import { newPartition, readPartition } from '../outbox/partition.js'
import { type BackupRepair, withBackup } from './backed-up-store.js'
import type { Checkpoint } from './checkpoint.js'
import { recoverRows } from './recover-lost-rows.js'
import { syncMirror } from './sync-mirror.js'

/** A database of which a note knows more, and whose repair cannot be loaded at first. */
function lossy(known: Checkpoint, failures: number) {
  let asked = 0
  const repair = async (): Promise<BackupRepair> => {
    if (asked++ < failures) throw new TypeError('Failed to fetch dynamically imported module')
    return { recoverRows, syncMirror }
  }
  const notebook = { read: async () => known, change: async () => {} }
  const store = withBackup(connecting(memoryStore()), { notebook, repair }, manualClock())
  const accept = () =>
    store.transact('readwrite', 'strict', (tx) =>
      appendTo(tx, 'p', [capture('one')], { now: 1, limits: defaultLimits }),
    )
  const row = () => store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))
  return { accept, row, asked: () => asked }
}

const known = { ...newPartition('p'), nextSeq: 8, waiting: 3 }

describe('a database that has lost rows, while the code of the repair is missing', () => {
  it.each([1, 2, 5])(
    'accepts nothing, and reports its loss at the next use (%i failures)',
    async (failures) => {
      const { accept, row } = lossy({ partitions: [known] }, failures)
      const refusals: unknown[] = []
      for (let i = 0; i < failures; i++) refusals.push(await accept().catch((error: Error) => error.name))

      await accept()

      expect(refusals).toEqual(Array.from({ length: failures }, () => 'TypeError'))
      expect(await row()).toMatchObject({ nextSeq: 9, lost: { upTo: 3 } })
    },
  )

  it('waits for the repair even if only the salt is missing', async () => {
    const { accept, asked } = lossy({ salt: 'salt', partitions: [] }, 1)

    await expect(accept()).rejects.toThrow('Failed to fetch')
    await accept()

    expect(asked()).toBe(2)
  })

  it('does not load the repair if nothing is lost', async () => {
    const { accept, asked } = lossy({ partitions: [] }, 9)
    await accept()

    expect(asked()).toBe(0)
  })
})
