// A clock that jumps. A purge removes nothing then, and no work is done twice, whichever time is right.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { claimAt, dayMs, hourMs, jumps, start } from './clock-fixture.js'
import { claimOf, ran, type StoreUnderTest, stored, type Trial } from './contract-fixture.js'

export function describeClock<Tx>(trial: Trial<Tx>): void {
  describeHeldPurges(trial)
  describeHeldClaims(trial)
  describeSteadyClock(trial)
  describeWrongClocks(trial)
}

function describeHeldPurges<Tx>(trial: Trial<Tx>): void {
  it.each([
    ['ahead by ten years', 3_650 * dayMs],
    ['ahead by a day and a minute', dayMs + 60_000],
    ['back by a week', -7 * dayMs],
  ])('removes nothing when the clock goes %s, and all when told that the clock is right', async (_, jump) => {
    const claim = claimOf('k', { now: start, expiresAt: start + 1_000, forgottenBy: 0 })
    await trial.store.runOnce(claim, trial.sealing('a'))
    const moments = { now: start + jump, forgottenBy: start + jump - 1 }
    const held = { from: start, to: start + jump }
    // A claim at the wrong time does not make it the right one.
    const wrong = claimOf('l', { now: start + jump, expiresAt: start + jump + 10 * dayMs, forgottenBy: 0 })
    await trial.store.runOnce(wrong, trial.sealing('b'))
    for (let call = 0; call < 3; call += 1) {
      expect(await trial.store.purge(moments, 100)).toEqual({ entombed: 0, removed: 0, held })
    }
    expect((await trial.store.find(claim.id, { now: start, forgottenBy: 0 })).kind).toBe('stored')
    const removed = jump > 0 ? 1 : 0
    expect(await trial.store.purge(moments, 100, true)).toEqual({ entombed: 0, removed })
    expect(await trial.store.purge(moments, 100)).toEqual({ entombed: 0, removed: 0 })
  })

  it('purges again by itself when the clock has kept its new time for a day', async () => {
    await trial.store.runOnce(
      claimOf('k', { now: dayMs, expiresAt: dayMs + 1, forgottenBy: 0 }),
      trial.sealing('a'),
    )
    const purgeAt = (now: number) => trial.store.purge({ now, forgottenBy: 0 }, 100)
    expect((await purgeAt(9 * dayMs)).held).toEqual({ from: dayMs, to: 9 * dayMs })
    expect((await purgeAt(9.9 * dayMs)).held).toBeDefined()
    expect(await purgeAt(10 * dayMs)).toEqual({ entombed: 1, removed: 0 })
  })
}

function describeHeldClaims<Tx>(trial: Trial<Tx>): void {
  const claim = (now: number, key?: string) => trial.store.runOnce(claimAt(now, key), trial.sealing('a'))
  const find = (now: number) => trial.store.find(claimAt(now).id, claimAt(now))

  it.each(jumps)(
    'answers a repeat when the clock goes %s, and does not run the handler again',
    async (_, jump) => {
      await claim(start)
      for (const afterMs of [0, 60_000, dayMs - 60_000]) {
        expect(await find(start + jump + afterMs)).toEqual(stored)
        expect(await claim(start + jump + afterMs)).toEqual(stored)
        // Others go on meanwhile.
        expect(await claim(start + jump + afterMs, `other ${afterMs}`)).toEqual(ran)
      }
      expect(await trial.effects()).toHaveLength(4)
    },
  )

  it.each(jumps)('keeps records until their time that were made while the clock was %s', async (_, jump) => {
    await claim(start, 'before')
    expect(await claim(start + jump)).toEqual(ran)
    for (let day = 0; day < 7; day += 1) {
      const now = start + day * dayMs + 60_000
      expect(await claim(now, `other ${day}`)).toEqual(ran)
      expect(await find(now)).toEqual(stored)
      expect(await claim(now)).toEqual(stored)
    }
  })

  it.each([408, 900, -500])('is not deceived by a second jump, to %i days', async (days) => {
    const moments = (now: number) => ({ now, forgottenBy: now - 400 * dayMs })
    await claim(start)
    expect(await claim(start + 8 * dayMs, 'other')).toEqual(ran)
    expect((await trial.store.purge(moments(start + 8 * dayMs), 100)).held).toBeDefined()
    expect(await claim(start + days * dayMs)).toEqual(stored)
    expect((await trial.store.purge(moments(start + days * dayMs), 100)).held).toBeDefined()
    expect(await find(start + days * dayMs)).toEqual(stored)
  })
}

function describeSteadyClock<Tx>(trial: Trial<Tx>): void {
  const claim = (now: number, key?: string) => trial.store.runOnce(claimAt(now, key), trial.sealing('a'))

  it.each([
    ['expired', 8, 'expired'],
    ['forgotten', 408, 'ran'],
    ['forgotten', 3_650, 'ran'],
  ] as const)(
    'treats a record as %s when the clock has kept its new time for a day, by claims alone',
    async (_, days, kind) => {
      await claim(start)
      const jumped = start + days * dayMs
      expect(await claim(jumped, 'other')).toEqual(ran)
      expect(await claim(jumped + dayMs - 1)).toEqual(stored)
      expect(await claim(jumped + dayMs, 'another')).toEqual(ran)
      expect((await claim(jumped + dayMs)).kind).toBe(kind)
    },
  )

  it('treats a record as forgotten at once when a purge was told that the clock is right', async () => {
    await claim(start)
    const now = start + 408 * dayMs
    expect(await claim(now)).toEqual(stored)
    expect(await trial.store.purge({ now, forgottenBy: now - 400 * dayMs }, 100, true)).toEqual({
      entombed: 0,
      removed: 1,
    })
    expect(await claim(now)).toEqual(ran)
  })
}

type Step =
  | { readonly kind: 'claim'; readonly key: string }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'purge' }
  | { readonly kind: 'jump'; readonly days: number }

function describeWrongClocks<Tx>(trial: Trial<Tx>): void {
  it('runs the handler once for each key within its time, however often the clock is wrong for less than a day', async () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ kind: fc.constant('claim' as const), key: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('purge' as const) }),
      fc.record({ kind: fc.constant('jump' as const), days: fc.constantFrom(-900, -30, 8, 408, 3_000) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const subject = trial.open()
        for (const [key, count] of await countWork(subject, trial, steps))
          expect([key, count]).toEqual([key, 1])
        subject.close()
      }),
      { numRuns: 60 },
    )
  })
}

/** How often each key was worked on. A clock that jumps is put right within 23 hours. */
async function countWork<Tx>({ store }: StoreUnderTest<Tx>, trial: Trial<Tx>, steps: readonly Step[]) {
  const worked = new Map<string, number>()
  let now = start
  let aheadMs = 0
  let wrongHours = 0
  for (const step of steps) {
    const { id, ...claim } = claimAt(now + aheadMs, step.kind === 'claim' ? step.key : '')
    if (step.kind === 'claim') {
      const { kind } = await store.runOnce({ id, ...claim }, trial.sealing('a'))
      if (kind === 'ran') worked.set(step.key, (worked.get(step.key) ?? 0) + 1)
    } else if (step.kind === 'purge') await store.purge(claim, 2)
    else if (step.kind === 'jump') aheadMs = step.days * dayMs
    else {
      now += step.hours * hourMs
      wrongHours = aheadMs === 0 ? 0 : wrongHours + step.hours
      if (wrongHours <= 23) continue
      aheadMs = 0
      // A store that never sees the right time cannot tell this from a clock that kept its new time.
      await store.purge(claimAt(now), 2)
    }
  }
  return worked
}
