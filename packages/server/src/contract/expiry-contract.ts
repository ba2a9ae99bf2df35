// A record ages from an answer to a tombstone to nothing. A purge changes the kept records, never the answers.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGate } from '../run/request-fixture.js'
import type { Claimed } from '../store/store.js'
import {
  claimOf,
  expired,
  momentsAt,
  ran,
  type StoreUnderTest,
  stored,
  type Trial,
} from './contract-fixture.js'

export function describeExpiry<Tx>(trial: Trial<Tx>): void {
  describeAges(trial)
  describeLookUps(trial)
  describePurges(trial)
  describePurgedAnswers(trial)
}

function describeAges<Tx>(trial: Trial<Tx>): void {
  const { find, seal } = recordsOf(trial)

  it('gives the answer of a record until it expires', async () => {
    await seal('k')
    const early = claimOf('k', { now: 1_999, expiresAt: 2_999, fingerprint: 'e'.repeat(64) })
    expect(await trial.store.runOnce(early, trial.sealing('b'))).toEqual(stored)
    expect(await find('k', 1_999)).toEqual(stored)
    expect(await trial.effects()).toEqual(['ada k'])
  })

  it('reports a record as expired until it is forgotten', async () => {
    await seal('k')
    for (const now of [2_000, 6_999]) {
      const late = claimOf('k', { now, expiresAt: now + 1_000, fingerprint: 'e'.repeat(64) })
      expect(await trial.store.runOnce(late, trial.sealing('b'))).toEqual(expired)
      expect(await find('k', now)).toEqual(expired)
    }
    expect(await trial.effects()).toEqual(['ada k'])
  })

  it('treats a forgotten record as absent and lets a claim replace it', async () => {
    await seal('k')
    expect(await find('k', 7_000)).toEqual({ kind: 'absent' })
    const anew = claimOf('k', { now: 7_000, expiresAt: 8_000, fingerprint: 'e'.repeat(64) })
    expect(await trial.store.runOnce(anew, trial.sealing('b'))).toEqual(ran)
    expect(await find('k', 7_000)).toEqual({ ...stored, fingerprint: 'e'.repeat(64) })
    expect(await trial.effects()).toEqual(['ada k', 'b'])
  })

  it('keeps a forgotten record when the work that would replace it is undone', async () => {
    await seal('k')
    const anew = claimOf('k', { now: 7_000, expiresAt: 8_000 })
    await trial.store.runOnce(anew, async () => ({ kind: 'release', result: '' }))
    expect(await find('k', 1_500)).toEqual(stored)
  })
}

function describeLookUps<Tx>(trial: Trial<Tx>): void {
  const { find } = recordsOf(trial)

  it('finds the record of an id for its own user only', async () => {
    const gate = createGate()
    expect(await find()).toEqual({ kind: 'absent' })
    const running = trial.store.runOnce(claimOf(), async (tx) => {
      await gate.opened
      return trial.sealing('a')(tx)
    })
    expect(await find()).toEqual({ kind: 'inProgress' })
    expect(await find('k', 1_000, 'grace')).toEqual({ kind: 'absent' })
    gate.open()
    await running
    expect(await find()).toEqual(stored)
    expect(await find('K')).toEqual({ kind: 'absent' })
    expect(await find('k', 1_000, 'grace')).toEqual({ kind: 'absent' })
    await trial.store.runOnce(claimOf('free'), async () => ({ kind: 'release', result: '' }))
    expect(await find('free')).toEqual({ kind: 'absent' })
  })
}

function describePurges<Tx>(trial: Trial<Tx>): void {
  const { find, seal } = recordsOf(trial)

  it('turns expired records into tombstones, removes forgotten ones, and keeps the others unchanged', async () => {
    await seal('forgotten', 2_000)
    await seal('expired', 6_999)
    await seal('whole', 7_001)
    expect(await trial.store.purge(momentsAt(1_999), 100)).toEqual({ entombed: 0, removed: 0 })
    expect(await trial.store.purge(momentsAt(7_000), 100)).toEqual({ entombed: 1, removed: 1 })
    expect(await trial.store.purge(momentsAt(7_000), 100)).toEqual({ entombed: 0, removed: 0 })
    // A clock that went back shows what is left.
    expect(await find('forgotten', 1_000)).toEqual({ kind: 'absent' })
    expect(await find('expired', 1_000)).toEqual(expired)
    expect(await find('whole', 7_000)).toEqual(stored)
    expect(await trial.store.purge(momentsAt(12_001), 100)).toEqual({ entombed: 0, removed: 2 })
    expect(await find('expired', 1_000)).toEqual({ kind: 'absent' })
  })

  it('purges at most the given number of records in one call', async () => {
    for (const key of ['a', 'b', 'c']) await seal(key, 2_000)
    for (const key of ['d', 'e', 'f']) await seal(key, 8_000)
    const purge = () => trial.store.purge(momentsAt(9_000), 2)
    expect(await purge()).toEqual({ entombed: 0, removed: 2 })
    expect(await purge()).toEqual({ entombed: 1, removed: 1 })
    expect(await purge()).toEqual({ entombed: 2, removed: 0 })
    expect(await purge()).toEqual({ entombed: 0, removed: 0 })
  })

  it('removes records and tombstones of one user, at most the given number in one call', async () => {
    for (const key of ['a', 'b', 'c']) await seal(key)
    await trial.store.purge(momentsAt(2_000), 1)
    await seal('a', 2_000, 'grace')
    expect(await trial.store.purgePrincipal('ada', 2)).toBe(2)
    expect(await trial.store.purgePrincipal('ada', 2)).toBe(1)
    expect(await trial.store.purgePrincipal('ada', 2)).toBe(0)
    for (const key of ['a', 'b', 'c']) expect(await find(key)).toEqual({ kind: 'absent' })
    expect(await find('a', 1_000, 'grace')).toEqual(stored)
    expect(await trial.effects()).toHaveLength(4)
  })

  it('lets a purge wait for the running transaction', async () => {
    const gate = createGate()
    const running = trial.store.runOnce(claimOf(), async (tx) => {
      await gate.opened
      return trial.sealing('a')(tx)
    })
    const purged = trial.store.purgePrincipal('ada', 100)
    gate.open()
    expect(await running).toEqual(ran)
    expect(await purged).toBe(1)
  })
}

function describePurgedAnswers<Tx>(trial: Trial<Tx>): void {
  it('answers every claim as if nothing had ever been purged', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('claim' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ kind: fc.constant('purge' as const), recordsMax: fc.integer({ min: 1, max: 3 }) }),
    )
    const answersOf = async ({ store }: StoreUnderTest<Tx>, steps: readonly Step[]) => {
      const answers: Claimed<string>[] = []
      let now = 1_000
      for (const step of steps) {
        if (step.kind === 'wait') now += step.ms
        else if (step.kind === 'purge') await store.purge(momentsAt(now), step.recordsMax)
        else {
          const claim = claimOf(step.key, { now, expiresAt: now + 1_000 })
          answers.push(await store.runOnce(claim, trial.sealing('a')))
        }
      }
      return answers
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const [purged, untouched] = [trial.open(), trial.open()]
        const withoutPurges = steps.filter(({ kind }) => kind !== 'purge')
        expect(await answersOf(purged, steps)).toEqual(await answersOf(untouched, withoutPurges))
        purged.close()
        untouched.close()
      }),
      { numRuns: 40 },
    )
  })
}

/** Looks up and seals records of the store under test. */
function recordsOf<Tx>(trial: Trial<Tx>) {
  const find = (key = 'k', now = 1_000, principal = 'ada') =>
    trial.store.find({ principal, key }, momentsAt(now))
  const seal = (key: string, expiresAt = 2_000, principal = 'ada') =>
    trial.store.runOnce(
      claimOf(key, { id: { principal, key }, expiresAt }),
      trial.sealing(`${principal} ${key}`),
    )
  return { find, seal }
}

type Step =
  | { readonly kind: 'claim'; readonly key: string }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'purge'; readonly recordsMax: number }
