import { expect, it, vi } from 'vitest'
import { captureFor, createServer } from '../fixtures/server.fixture.js'
import { createExecutorWorld } from '../fixtures/world.fixture.js'

/** The number of strict transactions of one drain. */
async function strictTransactions(lanes: readonly string[]): Promise<number> {
  const world = await createExecutorWorld({ send: createServer(() => 'ok').send })
  await world.accept(lanes.map((lane) => captureFor(`of ${lane}`, lane)))
  const transact = vi.spyOn(world.store, 'transact')
  const drained = world.start().executor.wake('signal')
  await world.run(60_000)
  await drained
  return transact.mock.calls.filter(([mode, durability]) => mode === 'readwrite' && durability === 'strict')
    .length
}

it('a drain of an empty outbox opens one strict transaction', async () => {
  expect(await strictTransactions([])).toBe(1)
})

it('a drain of a healthy outbox opens a strict transaction to claim, and one to settle', async () => {
  expect(await strictTransactions(['x'])).toBe(2)
})
