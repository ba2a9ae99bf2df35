// Storage that fails for a while and works again, with no event that could tell a page of it (P14).
import { expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { recheckMs } from '../../core/limits.js'
import type { Store } from '../../core/rows/store-port.js'
import { createTestWorld } from '../../testing/index.js'

/** After `begin` the transactions from a number on fail, so many of them. */
function failingStore(from: number, times: number): Store & { begin(): void } {
  const inner = memoryStore()
  let count = Number.NEGATIVE_INFINITY
  return {
    ...inner,
    begin() {
      count = 0
    },
    transact(...given) {
      count += 1
      return count >= from && count < from + times
        ? Promise.reject(new DOMException('The disk failed.', 'UnknownError'))
        : inner.transact(...given)
    },
  }
}

it.each([1, 3, 8].flatMap((times) => Array.from({ length: 16 }, (_, i) => [1 + i, times] as const)))(
  'sends what waits although the storage failed at transaction %i of a start, %i times',
  async (from, times) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const store = failingStore(from, times)
    const world = createTestWorld({ store })
    world.setOnline(false)
    const earlier = world.tab()
    const { id, accepted } = openApp(world, { tab: earlier }).like('p1')
    await world.settle()
    expect(await accepted).toEqual({ status: 'accepted' })
    earlier.crash()
    world.setOnline(true)

    store.begin()
    openApp(world)
    await world.settle()
    await world.clock.advance((times + 2) * recheckMs)

    expect(world.network.requests.map(({ key }) => key)).toContain(id)
  },
)
