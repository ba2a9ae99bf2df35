// Claims that race for one id. One of them works, and the others are told.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createIdempotency } from '../run/create-idempotency.js'
import { createGate, requestOf, sessionUser } from '../run/request-fixture.js'
import type { Claimed } from '../store/store.js'
import { claimOf, ran, stored, type Trial } from './contract-fixture.js'

export function describeRaces<Tx>(trial: Trial<Tx>): void {
  describeRacingClaims(trial)
  describeRacingRequests(trial)
  describeRandomRaces(trial)
}

function describeRacingClaims<Tx>(trial: Trial<Tx>): void {
  it('runs the handler for one of 64 claims of one id, however often the others repeat', async () => {
    let calls = 0
    const claimUntilStored = async (): Promise<Claimed<string>> => {
      for (;;) {
        const claimed = await trial.store.runOnce(claimOf(), async (tx) => {
          calls += 1
          await Promise.resolve()
          return trial.sealing(`effect ${calls}`)(tx)
        })
        if (claimed.kind !== 'inProgress') return claimed
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const claims = await Promise.all(Array.from({ length: 64 }, claimUntilStored))
    expect(claims.filter(({ kind }) => kind === 'ran')).toEqual([ran])
    expect(claims.filter(({ kind }) => kind === 'stored')).toHaveLength(63)
    expect(await trial.effects()).toEqual(['effect 1'])
  })

  it('reports inProgress while an id is handled, also while it waits for its turn', async () => {
    const gate = createGate()
    const first = trial.store.transaction(() => gate.opened)
    const second = trial.store.runOnce(claimOf(), trial.sealing('a'))
    expect(await trial.store.runOnce(claimOf(), trial.sealing('b'))).toEqual({ kind: 'inProgress' })
    gate.open()
    await first
    expect(await second).toEqual(ran)
    expect(await trial.effects()).toEqual(['a'])
  })

  it('returns a stored answer at once while other work holds the turn', async () => {
    await trial.store.runOnce(claimOf(), trial.sealing('a'))
    const gate = createGate()
    const other = trial.store.runOnce(claimOf('other'), async (tx) => {
      await gate.opened
      return trial.sealing('b')(tx)
    })
    expect(await trial.store.runOnce(claimOf(), trial.sealing('c'))).toEqual(stored)
    gate.open()
    await other
  })
}

function describeRacingRequests<Tx>(trial: Trial<Tx>): void {
  it('answers 64 parallel duplicates through run() with one effect and 63 times 409', async () => {
    const { run } = createIdempotency({ store: trial.store, principal: sessionUser })
    const gate = createGate()
    let refusals = 0
    const answers = Array.from({ length: 64 }, async (_, index) => {
      const response = await run(requestOf(), async ({ tx }) => {
        trial.addEffect(tx, `effect ${index}`)
        await gate.opened
        return new Response('ok')
      })
      if (response.status === 409) refusals += 1
      if (refusals === 63) gate.open()
      return response.headers.get('idempotency-status')
    })
    const statuses = await Promise.all(answers)
    expect(await trial.effects()).toHaveLength(1)
    expect(statuses.filter((status) => status === 'stored')).toHaveLength(1)
    expect(statuses.filter((status) => status === 'in-progress')).toHaveLength(63)
  })
}

function describeRandomRaces<Tx>(trial: Trial<Tx>): void {
  it('has each effect exactly once for any mix of users, keys, failures and repeats in parallel', async () => {
    const user = fc.constantFrom('ada', 'grace')
    const key = fc.constantFrom('a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16))
    const step = fc.record({ user, key, end: fc.constantFrom(200, 404, 500, 403, 'throws' as const) })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (batches) => {
        const fresh = trial.open()
        const { run } = createIdempotency({ store: fresh.store, principal: sessionUser, onError: () => {} })
        const done = new Map<string, number>()
        const effective: string[] = []
        for (const batch of batches) {
          const answers = batch.map(async ({ user, key, end }) => {
            const response = await run(requestOf({ user, key }), async ({ tx }) => {
              fresh.addEffect(tx, `${user} ${key}`)
              await Promise.resolve()
              if (end === 'throws') throw new Error('thrown')
              return new Response(user, { status: end })
            })
            return { id: `${user} ${key}`, user, response }
          })
          const answered = await Promise.all(answers)
          const withStatus = (status: string) =>
            answered.filter(({ response }) => response.headers.get('idempotency-status') === status)
          for (const { id, response } of withStatus('stored')) {
            expect(done.has(id)).toBe(false)
            done.set(id, response.status)
            if (response.status < 400) effective.push(id)
          }
          for (const { id, response } of withStatus('replayed')) expect(response.status).toBe(done.get(id))
          for (const { user, response } of [...withStatus('stored'), ...withStatus('replayed')]) {
            expect(await response.text()).toBe(user)
          }
        }
        expect([...(await fresh.effects())].sort()).toEqual(effective.sort())
        fresh.close()
      }),
      { numRuns: 60 },
    )
  })
}
