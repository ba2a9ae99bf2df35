// The parts that the tests of run() share. They are an idempotency over a fresh memory store, and a clap as the
// effect that must not happen twice.
import { beforeEach, expect } from 'vitest'
import {
  createIdempotency,
  type Idempotency,
  type IdempotencyStore,
  type MemoryTransaction,
  memoryStore,
} from '../index.js'
import type { IdempotencyOptions } from '../options/idempotency-options.js'
import type { Handler } from './handler.js'
import { sessionUser } from './request-fixture.js'

export interface World {
  /** An idempotency on the store of this test. */
  create(options?: Partial<IdempotencyOptions<MemoryTransaction>>): Idempotency<MemoryTransaction>
  /** How many claps are committed. */
  claps(): Promise<number>
  readonly store: IdempotencyStore<MemoryTransaction>
  /** The calls of `onError`. */
  readonly errors: readonly unknown[]
}

export function useMemoryWorld(): World {
  let store: IdempotencyStore<MemoryTransaction>
  let errors: unknown[]
  beforeEach(() => {
    store = memoryStore()
    errors = []
  })
  return {
    create: (options) =>
      createIdempotency({
        store,
        principal: sessionUser,
        onError: (error) => errors.push(error),
        ...options,
      }),
    claps: () => store.transaction(clapsOf),
    get store() {
      return store
    },
    get errors() {
      return errors
    },
  }
}

export const clapsOf = (tx: MemoryTransaction): number => Number(tx.get('claps') ?? 0)

export const clap: Handler<MemoryTransaction> = ({ tx, principal }) => {
  tx.set('claps', clapsOf(tx) + 1)
  return Response.json({ claps: clapsOf(tx), by: principal }, { status: 201 })
}

export const clapThen =
  (answer: () => Response | Promise<Response>): Handler<MemoryTransaction> =>
  async (context) => {
    await clap(context)
    return answer()
  }

/** The body of a problem, to be compared with `problem`. */
export async function problemIn(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as { readonly status: number; readonly type: string }
  expect(problem.status).toBe(response.status)
  return { status: response.status, type: problem.type, mark: response.headers.get('idempotency-status') }
}

export const problem = (status: number, name: string, mark = 'rejected') => ({
  status,
  type: `urn:redux-broker:problem:${name}`,
  mark,
})
