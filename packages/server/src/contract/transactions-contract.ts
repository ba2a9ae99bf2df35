// Transactions are apart from each other, over when they are over, and never waited for without an end.
import { expect, it, vi } from 'vitest'
import { createGate } from '../run/request-fixture.js'
import { StoreBusyError } from '../store/store.js'
import { answer, claimOf, ran, type Trial } from './contract-fixture.js'

export function describeTransactions<Tx>(trial: Trial<Tx>): void {
  describeIsolation(trial)
  describeWaits(trial)
}

function describeIsolation<Tx>(trial: Trial<Tx>): void {
  it('commits a transaction that resolves with its result and undoes one that rejects', async () => {
    const result = await trial.store.transaction((tx) => {
      trial.addEffect(tx, 'a')
      return 7
    })
    expect(result).toBe(7)
    const failed = trial.store.transaction(async (tx) => {
      trial.addEffect(tx, 'b')
      throw new Error('undone')
    })
    await expect(failed).rejects.toThrow('undone')
    expect(await trial.effects()).toEqual(['a'])
  })

  it('isolates a transaction that awaits from all others', async () => {
    const gate = createGate()
    const undone = trial.store.transaction(async (tx) => {
      trial.addEffect(tx, 'a')
      await gate.opened
      throw new Error('undone')
    })
    const kept = [
      trial.store.transaction((tx) => trial.addEffect(tx, 'b')),
      trial.store.runOnce(claimOf(), trial.sealing('c')),
    ]
    gate.open()
    await expect(undone).rejects.toThrow('undone')
    await Promise.all(kept)
    expect(await trial.effects()).toEqual(['b', 'c'])
  })

  it('refuses writes through a transaction that is over', async () => {
    const escaped: Tx[] = []
    await trial.store.runOnce(claimOf(), async (tx) => {
      escaped.push(tx)
      return { kind: 'seal', answer, result: '' }
    })
    await trial.store.transaction((tx) => {
      escaped.push(tx)
      expect(() => trial.addEffect(escaped[0] as Tx, 'late')).toThrow('over')
    })
    for (const tx of escaped) expect(() => trial.addEffect(tx, 'late')).toThrow('over')
    expect(await trial.effects()).toEqual([])
  })
}

function describeWaits<Tx>(trial: Trial<Tx>): void {
  it('reports busy when a turn does not come in time, and recovers', async () => {
    vi.useFakeTimers()
    const gate = createGate()
    const hanging = trial.store.transaction(() => gate.opened)
    const refused = [
      expect(trial.store.runOnce(claimOf(), trial.sealing('a'))).rejects.toBeInstanceOf(StoreBusyError),
      expect(trial.store.transaction(() => 1)).rejects.toBeInstanceOf(StoreBusyError),
    ]
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(refused)
    // The running work has taken as long as a turn may be waited for, so nobody stands in line behind it any more.
    await expect(trial.store.runOnce(claimOf(), trial.sealing('b'))).rejects.toBeInstanceOf(StoreBusyError)
    gate.open()
    await hanging
    expect(await trial.store.runOnce(claimOf(), trial.sealing('b'))).toEqual(ran)
    expect(await trial.effects()).toEqual(['b'])
  })

  it.each([1, 250, 4_999])(
    'lets a claim and a transaction wait for %i ms, if that is their own limit',
    async (ms) => {
      vi.useFakeTimers()
      const gate = createGate()
      const hanging = trial.store.transaction(() => gate.opened)
      const refused: number[] = []
      const startedAt = performance.now()
      const note = () => refused.push(performance.now() - startedAt)
      void trial.store.runOnce(claimOf('k', { waitMsMax: ms }), trial.sealing('a')).catch(note)
      void trial.store.transaction((tx) => trial.addEffect(tx, 'b'), 'ada', ms).catch(note)
      await vi.advanceTimersByTimeAsync(ms)
      expect(refused).toEqual([ms, ms])
      gate.open()
      await hanging
      expect(await trial.effects()).toEqual([])
    },
  )
}
