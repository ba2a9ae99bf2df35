// Claims after a jump of the clock, or after days without one. None is refused for records that have expired, and the
// time of each is noted.
import { expect, it } from 'vitest'
import type { Claim, Settlement } from '../store/store.js'
import { claimAt, dayMs, hourMs, jumps, start } from './clock-fixture.js'
import { claimOf, ran, type Trial } from './contract-fixture.js'

export function describeHeldClock<Tx>(trial: Trial<Tx>): void {
  describeHeldRoom(trial)
  describeUndoneClaims(trial)
}

function describeHeldRoom<Tx>(trial: Trial<Tx>): void {
  const claim = (key: string, now: number, expiresAt: number, more: Partial<Claim> = {}) =>
    trial.store.runOnce(
      claimOf(key, { now, forgottenBy: now - 400 * dayMs, expiresAt, recordsMax: 3, ...more }),
      trial.sealing(key),
    )
  const fill = async (name: string, now: number, expiresAt: number) => {
    for (const key of ['a', 'b', 'c']) expect(await claim(name + key, now, expiresAt)).toEqual(ran)
  }

  it.each([
    ['four days', 4 * dayMs],
    ['a day and a minute', dayMs + 60_000],
    ['408 days', 408 * dayMs],
    ['ten years', 3_650 * dayMs],
  ])(
    'has room at once for a full user whose records have all expired in %s without a claim',
    async (_, idleMs) => {
      await fill('first', start, start + dayMs)
      for (const times of [1, 2, 3]) {
        const now = start + times * idleMs
        await fill(`${times}`, now, now + dayMs)
        expect(await claim('d', now + 1, now + 1 + dayMs)).toEqual({ kind: 'full', freeAt: now + dayMs })
      }
    },
  )

  it.each(jumps.filter(([, jump]) => jump < 0))(
    'has room for a user whose records had all expired before the clock went %s',
    async (_, jump) => {
      await fill('first', start - 2 * hourMs, start - hourMs)
      const other = { id: { principal: 'grace', key: 'k' } }
      expect(await claim('k', start, start + dayMs, other)).toEqual(ran)
      const now = start + jump
      await fill('then', now, now + dayMs)
      expect((await claim('d', now, now + dayMs)).kind).toBe('full')
    },
  )
}

function describeUndoneClaims<Tx>(trial: Trial<Tx>): void {
  const work: Readonly<Record<string, (tx: Tx) => Promise<Settlement<string>>>> = {
    ran: async () => ({ kind: 'release', result: '' }),
    rejected: () => Promise.reject(new Error('from the handler')),
    full: () => Promise.reject(new Error('not to be called')),
  }
  const endings = Object.keys(work).flatMap((ending) =>
    jumps.map(([words, jump]) => [ending, words, jump] as const),
  )

  it.each(endings)(
    'keeps the time of a claim that is undone (%s) after the clock went %s',
    async (ending, _, jump) => {
      const { store } = trial
      await store.runOnce({ ...claimAt(start), expiresAt: start + 5_000 * dayMs }, trial.sealing('a'))
      const claim = { ...claimAt(start + jump, 'undone'), recordsMax: ending === 'full' ? 1 : 100 }
      const ended = store.runOnce(claim, work[ending] ?? trial.sealing('b'))
      expect(await ended.then(({ kind }) => kind).catch(() => 'rejected')).toBe(ending)
      const aDayLater = start + jump + dayMs
      expect(await store.purge({ now: aDayLater, forgottenBy: 0 }, 100)).not.toHaveProperty('held')
      expect((await store.find(claim.id, claim)).kind).toBe('absent')
      expect(await trial.effects()).toEqual(['a'])
    },
  )
}
