// Shared by the parts of the store's contract. Each test has a store of its own, claims on it, and work that seals.
import { afterEach, beforeEach, vi } from 'vitest'
import type { StoredAnswer } from '../answer/stored-answer.js'
import type { Claim, IdempotencyStore, Settlement } from '../store/store.js'

export interface StoreUnderTest<Tx> {
  readonly store: IdempotencyStore<Tx>
  /** Does the part of business logic, which writes something through the transaction. It may be there already. */
  addEffect(tx: Tx, name: string): void
  /** All effects that are committed, in order. */
  effects(): readonly string[] | Promise<readonly string[]>
  close(): void
}

/** The store of the test that runs now. */
export interface Trial<Tx> extends Omit<StoreUnderTest<Tx>, 'close'> {
  /** Another new store for this test, which closes it. */
  open(): StoreUnderTest<Tx>
  /** Work that has this effect and seals `answer`. */
  sealing(effect: string): (tx: Tx) => Promise<Settlement<string>>
}

export function useStore<Tx>(open: () => StoreUnderTest<Tx>): Trial<Tx> {
  let subject: StoreUnderTest<Tx>
  beforeEach(() => {
    subject = open()
  })
  afterEach(() => {
    vi.useRealTimers()
    subject.close()
  })
  return {
    open,
    get store() {
      return subject.store
    },
    addEffect: (tx, name) => subject.addEffect(tx, name),
    effects: () => subject.effects(),
    sealing: (effect) => async (tx) => {
      subject.addEffect(tx, effect)
      return { kind: 'seal', answer, result: 'done' }
    },
  }
}

export const answer: StoredAnswer = {
  status: 201,
  headers: [
    ['content-type', 'application/json'],
    ['etag', '"é, 1"'],
  ],
  body: { kind: 'whole', bytes: new Uint8Array([0, 1, 127, 128, 255, 0]) },
}

/** Kept from 1000 to 2000, and as a tombstone to 7000. Each claim forgets records that expired 5000 before it. */
export const claimOf = (key = 'k', more: Partial<Claim> = {}): Claim => ({
  id: { principal: 'ada', key },
  fingerprint: 'f'.repeat(64),
  expiresAt: 2_000,
  recordsMax: 100,
  waitMsMax: 60_000,
  signal: new AbortController().signal,
  ...momentsAt(more.now ?? 1_000),
  ...more,
})

export const momentsAt = (now: number) => ({ now, forgottenBy: now - 5_000 })

export const ran = { kind: 'ran', result: 'done' } as const
export const stored = { kind: 'stored', fingerprint: 'f'.repeat(64), answer } as const
export const expired = { kind: 'expired', fingerprint: 'f'.repeat(64) } as const
