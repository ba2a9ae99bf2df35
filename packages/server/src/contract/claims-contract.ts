// A claim of an id. Its effect and its record are both there or neither is, and it means one user's key.
import { expect, it } from 'vitest'
import type { StoredAnswer } from '../answer/stored-answer.js'
import { answer, claimOf, ran, stored, type Trial } from './contract-fixture.js'

export function describeClaims<Tx>(trial: Trial<Tx>): void {
  describeEndings(trial)
  describeRoom(trial)
  describeFailures(trial)
  describeIds(trial)
  describeStoredAnswers(trial)
}

function describeEndings<Tx>(trial: Trial<Tx>): void {
  it('keeps the effect and the record of sealed work', async () => {
    expect(await trial.store.runOnce(claimOf(), trial.sealing('a'))).toEqual(ran)
    expect(await trial.effects()).toEqual(['a'])
    expect(await trial.store.runOnce(claimOf(), trial.sealing('b'))).toEqual(stored)
    expect(await trial.effects()).toEqual(['a'])
  })

  it('undoes the effect of released work and frees the id', async () => {
    const released = await trial.store.runOnce(claimOf(), async (tx) => {
      trial.addEffect(tx, 'a')
      return { kind: 'release', result: 'busy' }
    })
    expect(released).toEqual({ kind: 'ran', result: 'busy' })
    expect(await trial.effects()).toEqual([])
    expect(await trial.store.runOnce(claimOf(), trial.sealing('b'))).toEqual(ran)
    expect(await trial.effects()).toEqual(['b'])
  })

  it('undoes the effect of refused work and keeps its answer, in one commit', async () => {
    const refusing = (effect: string) => async (tx: Tx) => {
      trial.addEffect(tx, effect)
      await Promise.resolve()
      trial.addEffect(tx, `${effect} too`)
      return { kind: 'refuse', answer, result: 'done' } as const
    }
    expect(await trial.store.runOnce(claimOf(), refusing('a'))).toEqual(ran)
    expect(await trial.effects()).toEqual([])
    expect(await trial.store.runOnce(claimOf(), trial.sealing('b'))).toEqual(stored)
    expect(await trial.store.runOnce(claimOf('l'), trial.sealing('c'))).toEqual(ran)
    expect(await trial.store.runOnce(claimOf('m'), refusing('d'))).toEqual(ran)
    expect(await trial.effects()).toEqual(['c'])
  })
}

function describeRoom<Tx>(trial: Trial<Tx>): void {
  it('tells when a user with the most unexpired records has room again, and limits no other user', async () => {
    const claim = (key: string, more = {}) => claimOf(key, { recordsMax: 3, ...more })
    for (const [key, expiresAt] of [
      ['a', 2_500],
      ['b', 2_000],
      ['c', 3_000],
    ] as const)
      expect(await trial.store.runOnce(claim(key, { expiresAt }), trial.sealing(key))).toEqual(ran)
    const full = { kind: 'full', freeAt: 2_000 }
    expect(await trial.store.runOnce(claim('d'), trial.sealing('d'))).toEqual(full)
    expect(await trial.store.runOnce(claim('d', { recordsMax: 2 }), trial.sealing('d'))).toEqual(full)
    expect((await trial.store.runOnce(claim('a'), trial.sealing('a'))).kind).toBe('stored')
    const grace = { id: { principal: 'grace', key: 'd' } }
    expect(await trial.store.runOnce(claim('d', grace), trial.sealing('grace'))).toEqual(ran)
    expect(await trial.effects()).toEqual(['a', 'b', 'c', 'grace'])
    const later = { now: 2_000, expiresAt: 4_000 }
    expect(await trial.store.runOnce(claim('d', later), trial.sealing('d'))).toEqual(ran)
    expect(await trial.store.runOnce(claim('e', later), trial.sealing('e'))).toEqual({
      kind: 'full',
      freeAt: 2_500,
    })
    await trial.store.purgePrincipal('ada', 3)
    expect((await trial.store.runOnce(claim('f', later), trial.sealing('f'))).kind).toBe('ran')
  })
}

function describeFailures<Tx>(trial: Trial<Tx>): void {
  it('undoes the effect of work that rejects, frees the id and passes the error on', async () => {
    const error = new Error('from the handler')
    const failed = trial.store.runOnce(claimOf(), async (tx) => {
      trial.addEffect(tx, 'a')
      await Promise.resolve()
      throw error
    })
    await expect(failed).rejects.toBe(error)
    expect(await trial.effects()).toEqual([])
    expect(await trial.store.runOnce(claimOf(), trial.sealing('b'))).toEqual(ran)
  })

  it('keeps neither effect nor record of an answer that cannot be stored', async () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    const broken = {
      ...answer,
      headers: cyclic,
      body: { kind: 'whole', bytes: cyclic },
    } as unknown as StoredAnswer
    const outcome = await trial.store
      .runOnce(claimOf(), async (tx) => {
        trial.addEffect(tx, 'a')
        return { kind: 'seal', answer: broken, result: 'done' }
      })
      .then(() => 'kept' as const)
      .catch(() => 'refused' as const)
    const again = await trial.store.runOnce(claimOf(), trial.sealing('b'))
    expect(await trial.effects()).toEqual(outcome === 'kept' ? ['a'] : ['b'])
    expect(again.kind).toBe(outcome === 'kept' ? 'stored' : 'ran')
  })
}

function describeIds<Tx>(trial: Trial<Tx>): void {
  it('distinguishes ids that differ only in principal or key, with any characters', async () => {
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
      expect(await trial.store.runOnce(claimOf('', { id }), trial.sealing(`effect ${index}`))).toEqual(ran)
    }
    expect(await trial.effects()).toHaveLength(ids.length)
  })
}

function describeStoredAnswers<Tx>(trial: Trial<Tx>): void {
  it('returns an answer as it was stored, also without a body or with a body left out', async () => {
    const bodies: StoredAnswer['body'][] = [
      { kind: 'whole', bytes: new Uint8Array(0) },
      { kind: 'whole', bytes: Uint8Array.from({ length: 65_536 }, (_, index) => index % 256) },
      { kind: 'elided' },
    ]
    for (const [index, body] of bodies.entries()) {
      const kept: StoredAnswer = { status: 404, headers: [], body }
      await trial.store.runOnce(claimOf(`k${index}`), async () => ({
        kind: 'seal',
        answer: kept,
        result: '',
      }))
      expect(await trial.store.runOnce(claimOf(`k${index}`), trial.sealing('x'))).toEqual({
        ...stored,
        answer: kept,
      })
    }
  })
}
