import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import type { EntryRow } from '../../core/rows/entry.js'
import { entryVersion } from '../../core/rows/entry.js'
import { maxKey } from '../../core/rows/key-spans.js'
import type { StoreTransaction } from '../../core/rows/store-port.js'
import { deadLetters, discard, outboxEntries, retry } from '../../index.js'
import { acknowledge, createTestWorld, type TestWorld } from '../../testing/index.js'

const all = { from: [], to: [[maxKey]] }

/** An outbox with a clap on p1, a clap on p2 that came back and its journal; nothing is sent any more. */
async function left(): Promise<TestWorld> {
  const world = createTestWorld({ network: [(request) => acknowledge(request, {}, 422)] })
  const app = openApp(world)
  app.clap('p2')
  await world.settle()
  await world.clock.advance(2_000)
  world.setOnline(false)
  app.clap('p1')
  await world.settle()
  await app.broker.stop()
  return world
}

const change = ({ store }: TestWorld, work: (tx: StoreTransaction) => Promise<void>) =>
  store.transact('readwrite', 'strict', work)

/** Puts something else into the only row of a store. */
const spoil = (world: TestWorld, store: 'entries' | 'deadLetters' | 'journal', more: object) =>
  change(world, async (tx) => {
    const [row] = await tx.list({ store, ...all }, 1)
    tx.put(store, { ...row, ...more } as never)
  })

describe('an entry that this release cannot read', () => {
  it.each([
    ['newer', { version: entryVersion + 1 }],
    ['damaged', { request: { url: 'javascript:0' } }],
  ])('P11 is shown as quarantined, is in no view and is not sent: %s', async (reason, more) => {
    const world = await left()
    await spoil(world, 'entries', more)
    const before = world.network.requests.length
    world.setOnline(true)
    const app = openApp(world)
    await world.settle()
    app.like('p3')
    await world.clock.advance(60_000)

    const entries = Object.values(app.outbox().entries)
    expect(entries.find(({ state }) => state === 'quarantined')).toMatchObject({
      type: 'posts/clapped',
      lane: 'post:p1',
      reason,
    })
    expect(app.post('p1')?.claps).toBe(0)
    expect(world.network.requests.slice(before).map(({ url }) => url)).toEqual([
      'https://app.test/api/posts/p3/like',
    ])
    expect(app.outbox()).toMatchObject({ waiting: 1, notInView: 1 })
    expect(await outboxEntries(app.broker)).toEqual([])
    expect(world.reports).toEqual([])
  })

  it('is shown also if another tab has just captured it, until that tab has delivered it', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    world.setOnline(false)
    app.clap('p1')
    await world.settle()
    const other = openApp(world)
    await world.settle()
    await change(world, async (tx) => {
      const [row] = await tx.list({ store: 'entries', ...all }, 1)
      tx.put('entries', { ...(row as EntryRow), seq: 2, id: 'new', lane: 'new', version: entryVersion + 1 })
    })
    app.tab.ports.bus.post('changed')
    await world.settle()

    expect(other.outbox().entries['new']).toMatchObject({ state: 'quarantined' })
    await discard(other.broker, 'new')
    expect(other.outbox().entries['new']).toMatchObject({ state: 'quarantined' })

    await change(world, async (tx) => {
      for (const { partition, seq } of await tx.list({ store: 'entries', ...all }, 9))
        if (seq === 2) tx.delete('entries', [partition, seq])
    })
    await discard(other.broker, 'new')
    expect(other.outbox().entries['new']).toBeUndefined()
    expect(world.reports).toEqual([])
  })

  it.each([
    ['that waits', {}],
    ['that was being sent', { state: 'sending', unsure: 'sending', dueAt: undefined }],
  ])('%s causes no wake-up, since nothing can be done about it', async (_name, more) => {
    const world = await left()
    await spoil(world, 'entries', { version: entryVersion + 1, ...more })
    world.setOnline(true)
    openApp(world)
    // Until the page has put its journal in order.
    await world.clock.advance(100_000)
    let reads = 0
    const { transact } = world.store
    Object.assign(world.store, {
      transact: (...given: Parameters<typeof transact>) => {
        reads += 1
        return transact(...given)
      },
    })

    // Less than an hour: then it does so again.
    await world.clock.advance(3_400_000)

    expect(reads).toBe(0)
  })
})

describe('a dead letter that this release cannot read', () => {
  it('is shown as quarantined, and is no dead letter that could be sent again', async () => {
    const world = await left()
    const [letter] = await world.store.transact('readonly', 'relaxed', (tx) =>
      tx.list({ store: 'deadLetters', ...all }, 1),
    )
    await spoil(world, 'deadLetters', { action: null })
    const app = openApp(world)
    await world.settle()

    expect(await deadLetters(app.broker)).toEqual([])
    expect(await retry(app.broker, letter?.id ?? '')).toBe('notFound')
    expect(app.outbox().entries[letter?.id ?? '']).toMatchObject({ state: 'quarantined', reason: 'damaged' })
  })
})

it('a row of the journal that cannot be read breaks no page', async () => {
  const world = await left()
  await spoil(world, 'journal', { action: undefined, kind: 7 })
  const app = openApp(world)
  await app.broker.ready
  app.like('p3')
  world.setOnline(true)
  await world.clock.advance(5_000)

  expect(app.outbox().waiting).toBe(0)
  expect(world.reports).toEqual([])
})
