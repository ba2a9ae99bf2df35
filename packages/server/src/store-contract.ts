// What every store must keep, whatever it stands on. Run it against a store of your own with its `open`.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIdempotency } from './create-idempotency.js'
import { createGate, requestOf, sessionUser } from './request-fixture.js'
import { type Claim, type Claimed, type IdempotencyStore, type Settlement, StoreBusyError } from './store.js'
import type { StoredAnswer } from './stored-answer.js'

export interface StoreUnderTest<Tx> {
  readonly store: IdempotencyStore<Tx>
  /** Does what business logic does: writes something through the transaction, which may be there already. */
  addEffect(tx: Tx, name: string): void
  /** All effects that are committed, in order. */
  effects(): readonly string[] | Promise<readonly string[]>
  close(): void
}

const answer: StoredAnswer = {
  status: 201,
  headers: [
    ['content-type', 'application/json'],
    ['etag', '"é, 1"'],
  ],
  body: { kind: 'whole', bytes: new Uint8Array([0, 1, 127, 128, 255, 0]) },
}

const claimOf = (key = 'k', more: Partial<Claim> = {}): Claim => ({
  id: { principal: 'ada', key },
  fingerprint: 'f'.repeat(64),
  now: 1_000,
  expiresAt: 2_000,
  ...more,
})

export function describeStore<Tx>(name: string, open: () => StoreUnderTest<Tx>): void {
  describe(`${name} keeps the store's contract:`, () => {
    let subject: StoreUnderTest<Tx>
    beforeEach(() => {
      subject = open()
    })
    afterEach(() => {
      vi.useRealTimers()
      subject.close()
    })

    const sealing =
      (effect: string) =>
      async (tx: Tx): Promise<Settlement<string>> => {
        subject.addEffect(tx, effect)
        return { kind: 'seal', answer, result: 'done' }
      }
    const stored = { kind: 'stored', fingerprint: 'f'.repeat(64), answer } as const
    const ran = { kind: 'ran', result: 'done' } as const

    it('SC5 keeps the effect and the record of sealed work', async () => {
      expect(await subject.store.runOnce(claimOf(), sealing('a'))).toEqual(ran)
      expect(await subject.effects()).toEqual(['a'])
      expect(await subject.store.runOnce(claimOf(), sealing('b'))).toEqual(stored)
      expect(await subject.effects()).toEqual(['a'])
    })

    it('SC9 undoes the effect of released work and frees the id', async () => {
      const released = await subject.store.runOnce(claimOf(), async (tx) => {
        subject.addEffect(tx, 'a')
        return { kind: 'release', result: 'busy' }
      })
      expect(released).toEqual({ kind: 'ran', result: 'busy' })
      expect(await subject.effects()).toEqual([])
      expect(await subject.store.runOnce(claimOf(), sealing('b'))).toEqual(ran)
      expect(await subject.effects()).toEqual(['b'])
    })

    it('F54 undoes the effect of work that rejects, frees the id and passes the error on', async () => {
      const error = new Error('from the handler')
      const failed = subject.store.runOnce(claimOf(), async (tx) => {
        subject.addEffect(tx, 'a')
        await Promise.resolve()
        throw error
      })
      await expect(failed).rejects.toBe(error)
      expect(await subject.effects()).toEqual([])
      expect(await subject.store.runOnce(claimOf(), sealing('b'))).toEqual(ran)
    })

    it('F54 keeps neither effect nor record of an answer that cannot be stored', async () => {
      const cyclic: { self?: unknown } = {}
      cyclic.self = cyclic
      const broken = {
        ...answer,
        headers: cyclic,
        body: { kind: 'whole', bytes: cyclic },
      } as unknown as StoredAnswer
      const outcome = await subject.store
        .runOnce(claimOf(), async (tx) => {
          subject.addEffect(tx, 'a')
          return { kind: 'seal', answer: broken, result: 'done' }
        })
        .then(() => 'kept' as const)
        .catch(() => 'refused' as const)
      const again = await subject.store.runOnce(claimOf(), sealing('b'))
      expect(await subject.effects()).toEqual(outcome === 'kept' ? ['a'] : ['b'])
      expect(again.kind).toBe(outcome === 'kept' ? 'stored' : 'ran')
    })

    it('SC6 lets one of 64 claims of one id work, however often the others come back', async () => {
      let calls = 0
      const claimUntilStored = async (): Promise<Claimed<string>> => {
        for (;;) {
          const claimed = await subject.store.runOnce(claimOf(), async (tx) => {
            calls += 1
            await Promise.resolve()
            return sealing(`effect ${calls}`)(tx)
          })
          if (claimed.kind !== 'inProgress') return claimed
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const claims = await Promise.all(Array.from({ length: 64 }, claimUntilStored))
      expect(claims.filter(({ kind }) => kind === 'ran')).toEqual([ran])
      expect(claims.filter(({ kind }) => kind === 'stored')).toHaveLength(63)
      expect(await subject.effects()).toEqual(['effect 1'])
    })

    it('SC7 says inProgress while an id is worked on, also while that waits for its turn', async () => {
      const gate = createGate()
      const first = subject.store.transaction(() => gate.opened)
      const second = subject.store.runOnce(claimOf(), sealing('a'))
      expect(await subject.store.runOnce(claimOf(), sealing('b'))).toEqual({ kind: 'inProgress' })
      gate.open()
      await first
      expect(await second).toEqual(ran)
      expect(await subject.effects()).toEqual(['a'])
    })

    it('gives a stored answer at once while other work holds the turn', async () => {
      await subject.store.runOnce(claimOf(), sealing('a'))
      const gate = createGate()
      const other = subject.store.runOnce(claimOf('other'), async (tx) => {
        await gate.opened
        return sealing('b')(tx)
      })
      expect(await subject.store.runOnce(claimOf(), sealing('c'))).toEqual(stored)
      gate.open()
      await other
    })

    it('SC4 keeps ids apart that differ in principal or in key only, whatever characters they hold', async () => {
      const ids = [
        { principal: 'ada', key: 'k' },
        { principal: 'grace', key: 'k' },
        { principal: 'ada', key: 'K' },
        { principal: 'ad', key: 'ak' },
        { principal: 'ada","k', key: '' },
        { principal: 'a\0b', key: 'k' },
        { principal: 'a\0c', key: 'k' },
        { principal: "'; DROP TABLE idempotency_records; --", key: 'k' },
      ]
      for (const [index, id] of ids.entries()) {
        expect(await subject.store.runOnce(claimOf('', { id }), sealing(`effect ${index}`))).toEqual(ran)
      }
      expect(await subject.effects()).toHaveLength(ids.length)
    })

    it('gives an answer back as it was stored, without a body and elided ones too', async () => {
      const bodies: StoredAnswer['body'][] = [
        { kind: 'whole', bytes: new Uint8Array(0) },
        { kind: 'whole', bytes: Uint8Array.from({ length: 65_536 }, (_, index) => index % 256) },
        { kind: 'elided' },
      ]
      for (const [index, body] of bodies.entries()) {
        const kept: StoredAnswer = { status: 404, headers: [], body }
        await subject.store.runOnce(claimOf(`k${index}`), async () => ({
          kind: 'seal',
          answer: kept,
          result: '',
        }))
        expect(await subject.store.runOnce(claimOf(`k${index}`), sealing('x'))).toEqual({
          ...stored,
          answer: kept,
        })
      }
    })

    it('SC12 keeps a record until it expires and takes it for absent from then on', async () => {
      await subject.store.runOnce(claimOf('k', { now: 1_000, expiresAt: 2_000 }), sealing('a'))
      const early = claimOf('k', { now: 1_999, expiresAt: 2_999, fingerprint: 'e'.repeat(64) })
      expect(await subject.store.runOnce(early, sealing('b'))).toEqual(stored)
      const late = claimOf('k', { now: 2_000, expiresAt: 3_000, fingerprint: 'e'.repeat(64) })
      expect(await subject.store.runOnce(late, sealing('c'))).toEqual(ran)
      expect(await subject.store.runOnce(late, sealing('d'))).toEqual({
        ...stored,
        fingerprint: 'e'.repeat(64),
      })
      expect(await subject.effects()).toEqual(['a', 'c'])
    })

    it('keeps an expired record when the work that would replace it is undone', async () => {
      await subject.store.runOnce(claimOf(), sealing('a'))
      const late = claimOf('k', { now: 2_000, expiresAt: 3_000 })
      await subject.store.runOnce(late, async () => ({ kind: 'release', result: '' }))
      expect(await subject.store.runOnce(claimOf('k', { now: 1_500 }), sealing('b'))).toEqual(stored)
    })

    it('commits a transaction that resolves with its result and undoes one that rejects', async () => {
      const result = await subject.store.transaction((tx) => {
        subject.addEffect(tx, 'a')
        return 7
      })
      expect(result).toBe(7)
      const failed = subject.store.transaction(async (tx) => {
        subject.addEffect(tx, 'b')
        throw new Error('undone')
      })
      await expect(failed).rejects.toThrow('undone')
      expect(await subject.effects()).toEqual(['a'])
    })

    it('keeps a transaction that awaits apart from all others', async () => {
      const gate = createGate()
      const undone = subject.store.transaction(async (tx) => {
        subject.addEffect(tx, 'a')
        await gate.opened
        throw new Error('undone')
      })
      const kept = [
        subject.store.transaction((tx) => subject.addEffect(tx, 'b')),
        subject.store.runOnce(claimOf(), sealing('c')),
      ]
      gate.open()
      await expect(undone).rejects.toThrow('undone')
      await Promise.all(kept)
      expect(await subject.effects()).toEqual(['b', 'c'])
    })

    it('refuses writes through a transaction that is over', async () => {
      const escaped: Tx[] = []
      await subject.store.runOnce(claimOf(), async (tx) => {
        escaped.push(tx)
        return { kind: 'seal', answer, result: '' }
      })
      await subject.store.transaction((tx) => {
        escaped.push(tx)
        expect(() => subject.addEffect(escaped[0] as Tx, 'late')).toThrow('over')
      })
      for (const tx of escaped) expect(() => subject.addEffect(tx, 'late')).toThrow('over')
      expect(await subject.effects()).toEqual([])
    })

    it('SC18 says that it is busy when a turn does not come in time, and recovers', async () => {
      vi.useFakeTimers()
      const gate = createGate()
      const hanging = subject.store.transaction(() => gate.opened)
      const refused = [
        expect(subject.store.runOnce(claimOf(), sealing('a'))).rejects.toBeInstanceOf(StoreBusyError),
        expect(subject.store.transaction(() => 1)).rejects.toBeInstanceOf(StoreBusyError),
      ]
      await vi.advanceTimersByTimeAsync(5_000)
      await Promise.all(refused)
      const later = subject.store.runOnce(claimOf(), sealing('b'))
      gate.open()
      await hanging
      expect(await later).toEqual(ran)
      expect(await subject.effects()).toEqual(['b'])
    })

    it('SC7 answers 64 parallel duplicates through run() with one effect and 63 times 409', async () => {
      const { run } = createIdempotency({ store: subject.store, principal: sessionUser })
      const gate = createGate()
      let refusals = 0
      const answers = Array.from({ length: 64 }, async (_, index) => {
        const response = await run(requestOf(), async ({ tx }) => {
          subject.addEffect(tx, `effect ${index}`)
          await gate.opened
          return new Response('ok')
        })
        if (response.status === 409) refusals += 1
        if (refusals === 63) gate.open()
        return response.headers.get('idempotency-status')
      })
      const statuses = await Promise.all(answers)
      expect(await subject.effects()).toHaveLength(1)
      expect(statuses.filter((status) => status === 'stored')).toHaveLength(1)
      expect(statuses.filter((status) => status === 'in-progress')).toHaveLength(63)
    })

    it('has each effect exactly once for any mix of users, keys, failures and repeats in parallel', async () => {
      const user = fc.constantFrom('ada', 'grace')
      const key = fc.constantFrom('a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16))
      const step = fc.record({ user, key, end: fc.constantFrom(200, 404, 500, 403, 'throws' as const) })
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), async (batches) => {
          const trial = open()
          const { run } = createIdempotency({ store: trial.store, principal: sessionUser, onError: () => {} })
          const done = new Map<string, number>()
          for (const batch of batches) {
            const answers = batch.map(async ({ user, key, end }) => {
              const response = await run(requestOf({ user, key }), async ({ tx }) => {
                trial.addEffect(tx, `${user} ${key}`)
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
            }
            for (const { id, response } of withStatus('replayed')) expect(response.status).toBe(done.get(id))
            for (const { user, response } of [...withStatus('stored'), ...withStatus('replayed')]) {
              expect(await response.text()).toBe(user)
            }
          }
          expect([...(await trial.effects())].sort()).toEqual([...done.keys()].sort())
          trial.close()
        }),
        { numRuns: 60 },
      )
    })
  })
}
