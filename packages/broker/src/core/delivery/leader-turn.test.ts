import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { manualClock } from '../../testing/manual-clock.js'
import { createMemoryLocks } from '../../testing/memory-locks.js'
import { createLife } from '../../testing/realm-life.js'
import { sendingEntry } from '../fixtures/entry.fixture.js'
import { leaseMs, lookMs } from '../limits.js'
import { toRow } from '../rows/entry.js'
import { asLeader } from './leader-lock.js'

/** From the first look of who waits to the last. */
const takeoverMs = leaseMs + 2 * lookMs

describe('a turn', () => {
  const entry = sendingEntry()
  const renewed = sendingEntry({ lease: { ...entry.lease, renewals: 1 } })

  /** The ports that a leader needs, and a holder that never lets go. */
  async function held() {
    const clock = manualClock()
    const locks = createMemoryLocks()
    const store = memoryStore()
    const ports = { clock, store, locks: locks.of(createLife()) }
    const never = new AbortController().signal
    await store.transact('readwrite', 'strict', async (tx) => tx.put('entries', toRow(entry)))
    let lost: AbortSignal | undefined
    void locks.of(createLife()).hold('lock', { signal: never }, (signal) => {
      lost = signal
      return new Promise(() => {})
    })
    return { clock, ports, never, isLost: () => lost?.aborted }
  }

  it('that was taken away gives up the leases that were watched, and none that is newer', async () => {
    const { clock, ports, never, isLost } = await held()
    const told: boolean[] = []

    const turn = asLeader(ports, 'lock', 'p', never, async (lapsed) => {
      told.push(lapsed(entry), lapsed(renewed), lapsed(sendingEntry({ id: 'other' })))
    })
    await clock.advance(takeoverMs)
    await turn

    expect(told).toEqual([true, false, false])
    expect(isLost()).toBe(true)
  })

  it('that came by itself gives up all of them, until it is lost', async () => {
    const { clock, ports, never } = await held()
    const told: boolean[] = []

    void asLeader(ports, 'other lock', 'p', never, async (lapsed, lost) => {
      told.push(lapsed(renewed))
      await ports.locks.hold('other lock', { signal: never, steal: true }, async () => {})
      told.push(lost.aborted, lapsed(renewed))
    })
    await clock.advance(0)

    expect(told).toEqual([true, true, false])
  })

  it('is not taken by one that was called off meanwhile, and no timer of it is left', async () => {
    const { clock, ports, isLost } = await held()
    const halt = new AbortController()
    const turn = asLeader(ports, 'lock', 'p', halt.signal, async () => {})
    turn.catch(() => {})
    await clock.advance(leaseMs)

    halt.abort()
    await clock.advance(takeoverMs)

    await expect(turn).rejects.toMatchObject({ name: 'AbortError' })
    expect(isLost()).toBe(false)
  })
})
