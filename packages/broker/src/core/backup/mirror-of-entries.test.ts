import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { manualClock } from '../../testing/manual-clock.js'
import { appendTo } from '../fixtures/append.fixture.js'
import { capture } from '../fixtures/entry.fixture.js'
import { copyMsMax, defaultLimits } from '../limits.js'
import { keySpan } from '../rows/key-spans.js'
import type { Store } from '../rows/store-port.js'
import { type BackedUpStore, withBackup } from './backed-up-store.js'
import { recoverRows } from './recover-lost-rows.js'
import { syncMirror } from './sync-mirror.js'

const repair = async () => ({ recoverRows, syncMirror })

/** A second place that answers when it is let. */
function slowPlace() {
  const store = memoryStore()
  const gates: (() => void)[] = []
  const place: Store = {
    ...store,
    async transact(mode, ...rest) {
      if (mode === 'readwrite') await new Promise<void>((resolve) => void gates.push(resolve))
      return store.transact(mode, ...rest)
    },
  }
  const rows = () => store.transact('readonly', 'relaxed', (tx) => tx.list(keySpan('entries', ['p']), 9))
  return { place, rows, open: () => gates.forEach((open) => void open()) }
}

const connected =
  (store: Store) =>
  (prepare: (transact: Store['transact']) => Promise<void>): Store => {
    const ready = prepare(store.transact)
    return { ...store, transact: (...given) => ready.then(() => store.transact(...given)) }
  }

async function accept(store: BackedUpStore): Promise<{ isCopied: boolean }> {
  await store.transact('readwrite', 'strict', (tx) =>
    appendTo(tx, 'p', [capture('one')], { now: 1, limits: defaultLimits }),
  )
  const told = { isCopied: false }
  void store.backup.copied().then(() => {
    told.isCopied = true
  })
  return told
}

describe('an entry with a copy in a second bucket', () => {
  it('counts as copied once the second bucket has it', async () => {
    const clock = manualClock()
    const { place, rows, open } = slowPlace()
    const told = await accept(withBackup(connected(memoryStore()), { copy: place, repair }, clock))
    await clock.advance(copyMsMax - 1)
    const before = [told.isCopied, (await rows()).length]

    open()
    await clock.advance(0)

    expect(before).toEqual([false, 0])
    expect([told.isCopied, (await rows()).length]).toEqual([true, 1])
  })

  it('is not delayed for long if the second bucket does not answer', async () => {
    const clock = manualClock()
    const told = await accept(
      withBackup(connected(memoryStore()), { copy: slowPlace().place, repair }, clock),
    )

    await clock.advance(copyMsMax)

    expect(told.isCopied).toBe(true)
  })

  it('waits for no copy if there is no second bucket', async () => {
    const clock = manualClock()
    const told = await accept(withBackup(connected(memoryStore()), { repair }, clock))

    await clock.advance(0)

    expect(told.isCopied).toBe(true)
  })
})
