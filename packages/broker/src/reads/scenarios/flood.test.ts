// A loop of reads, each with its own key. Reads without room are refused by name. A refusal costs no more the more
// there are.
import { describe, expect, it } from 'vitest'
import { loadPost, openReads } from '../../../test/reads-fixture.js'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import type { Store } from '../../core/rows/store-port.js'
import { createTestWorld } from '../../testing/index.js'

const limits = { waitingReadsMax: 20 }
/** None is sent before the turn is over. */
const room = limits.waitingReadsMax

async function open() {
  const plain = memoryStore()
  const asked = { transactions: 0, timers: 0 }
  const store: Store = {
    ...plain,
    transact: (...given) => {
      asked.transactions += 1
      return plain.transact(...given)
    },
  }
  const world = createTestWorld({ store })
  const { after } = world.clock
  world.clock.after = (...given) => {
    asked.timers += 1
    return after(...given)
  }
  const app = openReads(world, { limits })
  await world.settle()
  return { world, app, asked }
}

/** How all ended, and what it took. */
async function flood(count: number, how: 'dispatch' | 'fetch') {
  const { world, app, asked } = await open()
  const before = { ...asked }
  const ends = Array.from({ length: count }, (_, n) =>
    how === 'dispatch'
      ? app
          .dispatch(loadPost({ id: `${n}` }))
          .settled.then((end) => ('reason' in end ? `${end.status} ${end.reason}` : end.status))
      : app.broker.fetch(`/api/posts/${n}`).then(
          () => 'delivered',
          (error: Error) => `${error.name} ${/tooManyReads/.exec(error.message)}`,
        ),
  )
  await world.clock.advance(1_000)
  return {
    ends: await Promise.all(ends),
    requests: world.network.requests.length,
    told: app.actions.length,
    transactions: asked.transactions - before.transactions,
    timers: asked.timers - before.timers,
    world,
    app,
  }
}

const tally = (ends: readonly string[]) =>
  Object.fromEntries([...new Set(ends)].map((end) => [end, ends.filter((one) => one === end).length]))

describe('a flood of distinct reads', () => {
  it.each([
    [100, 'dispatch', 'notAccepted tooManyReads'],
    [3_000, 'dispatch', 'notAccepted tooManyReads'],
    [100, 'fetch', 'TypeError tooManyReads'],
    [3_000, 'fetch', 'TypeError tooManyReads'],
  ] as const)(
    'of %i by %s is answered up to the limit, and each of the others is refused',
    async (count, how, refused) => {
      const { ends, requests } = await flood(count, how)

      expect(tally(ends)).toEqual({ delivered: room, [refused]: count - room })
      expect(requests).toBe(room)
    },
  )

  it.each(['dispatch', 'fetch'] as const)(
    'by %s asks the storage no more for more reads, and the store once for each',
    async (how) => {
      const short = await flood(200, how)
      const long = await flood(2_000, how)

      expect(long.transactions).toBe(short.transactions)
      expect(long.timers - short.timers).toBeLessThanOrEqual(2 * 1_800)
      expect(long.told - short.told).toBe(how === 'dispatch' ? 2 * 1_800 : 0)
    },
  )

  it('has room again for the next', async () => {
    const { world, app } = await flood(500, 'fetch')
    const next = app.dispatch(loadPost({ id: 'next' }))
    await world.clock.advance(1_000)

    expect(await next.settled).toMatchObject({ status: 'delivered' })
  })
})
