import { describe, expect, it } from 'vitest'
import { inDoubtEntry, sendingEntry } from '../../core/fixtures/entry.fixture.js'
import { activate, newPartition } from '../../core/outbox/partition.js'
import type { Tag } from '../../core/reads/consistency/tags.js'
import type { StoredAction } from '../../core/rows/entry.js'
import { toRow } from '../../core/rows/entry.js'
import { initialStatus, type OutcomeAction, outcome } from '../../redux/actions.js'
import { createTestWorld } from '../../testing/index.js'
import { createWriteBarrier } from './write-barrier.js'
import { createWriteTags, type TaggedRoute } from './write-tags.js'

const liked = (id: number): StoredAction => ({ type: 'liked', payload: { id } })
const post = (id: number): Tag => ({ type: 'post', id })
const byPost = (payload: unknown) => [post((payload as { id: number }).id)]
const routes = new Map<string, TaggedRoute>([
  ['liked', { options: { tags: byPost } }],
  ['uploaded', { options: { tags: ['photos'], when: { network: 'unmetered' } } }],
  ['untagged', { options: {} }],
])

async function open({ given = routes, restored = Promise.resolve(), principal = 'ada' } = {}) {
  const world = createTestWorld()
  const { host, ports } = world.tab()
  const owner = { partition: 'p', principal: 'ada' }
  let onTheirWay: readonly StoredAction[] = []
  let shown = 0
  let outcomes: readonly OutcomeAction[] = []
  let user: typeof owner | undefined = owner
  await world.store.transact('readwrite', 'relaxed', (tx) => activate(tx, owner))
  const truth = createWriteBarrier({
    ports,
    host,
    restored,
    principal,
    written: createWriteTags(given, ports),
    view: {
      onTheirWay: () => onTheirWay,
      outcomesSince: (at) => outcomes.filter(({ meta }) => meta.broker.at > at),
    },
    shown: () => shown,
    user: async () => user,
  })
  const ended = (entryId: string, action = liked(1), at = 0) =>
    outcome({ kind: 'delivered', entryId, action, lane: '', at, late: false })
  return {
    world,
    host,
    truth,
    ended,
    /** What the view has on its way from now on; the outcome of `entryId` has brought it there. */
    view(actions: readonly StoredAction[], entryId = 'other') {
      onTheirWay = actions
      truth.hear(ended(entryId))
    },
    shows(number: number, ...these: readonly OutcomeAction[]) {
      shown = number
      outcomes = these
      truth.hear({ type: 'redux-broker/status', payload: initialStatus })
    },
    signOut() {
      user = undefined
    },
    /** Whether it is still held when all that can happen has happened. */
    async hold(tags: readonly Tag[], signal = new AbortController().signal, again = false) {
      let isHeld = true
      void truth.wait(tags, again, signal).then(() => {
        isHeld = false
      })
      await world.settle()
      return () => isHeld
    },
    put: (seq: number, action: StoredAction, state: 'sending' | 'inDoubt' = 'sending') =>
      world.store.transact('readwrite', 'relaxed', async (tx) => {
        const more = { seq, id: `e${seq}`, lane: `${seq}`, action }
        tx.put('entries', toRow(state === 'sending' ? sendingEntry(more) : inDoubtEntry(more)))
      }),
    journal: (number: number, action: StoredAction) =>
      world.store.transact('readwrite', 'relaxed', async (tx) => {
        const row = { partition: 'p', number, kind: 'delivered', at: 0, entryId: `e${number}` } as const
        tx.put('journal', { ...row, seq: number, lane: '', action, attempts: 1 })
        tx.put('partitions', { ...newPartition('p'), nextNumber: number + 1 })
      }),
  }
}

describe('P8 a read is held', () => {
  it('while what touches it is on its way, and no longer', async () => {
    const { world, hold, view } = await open()
    view([liked(1), liked(2)])
    const isHeld = await hold([post(1), 'me'])
    expect(isHeld()).toBe(true)

    view([liked(1)])
    await world.settle()
    expect(isHeld()).toBe(true)

    view([liked(2)])
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it('not for what it does not show', async () => {
    const { hold, view } = await open()
    view([liked(1), { type: 'untagged' }, { type: 'unknown' }])

    expect((await hold([post(2)]))()).toBe(false)
    expect((await hold([]))()).toBe(false)
    expect((await hold(['post']))()).toBe(true)
  })

  it('not for what waits for its conditions, which may take the whole day', async () => {
    const { hold, view } = await open()
    view([{ type: 'uploaded' }])

    expect((await hold(['photos']))()).toBe(false)
  })

  it('not longer than who asks for it waits', async () => {
    const { world, hold, view } = await open()
    const patience = new AbortController()
    view([liked(1)])
    const isHeld = await hold(['post'], patience.signal)
    expect(isHeld()).toBe(true)

    patience.abort()
    await world.settle()

    expect(isHeld()).toBe(false)
    expect((await hold(['post'], patience.signal))()).toBe(false)
  })

  it('not while the device knows that it is offline, and again when it is back', async () => {
    const { world, host, hold, view } = await open()
    view([liked(1)])
    const isHeld = await hold(['post'])
    expect(isHeld()).toBe(true)

    host.setOnline(false)
    await world.settle()
    expect(isHeld()).toBe(false)
    expect((await hold(['post']))()).toBe(false)

    host.setOnline(true)
    expect((await hold(['post']))()).toBe(true)
  })

  it('until what waits is back in the view', async () => {
    let restore = () => {}
    const restored = new Promise<void>((resolve) => {
      restore = resolve
    })
    const { world, hold } = await open({ restored })
    const isHeld = await hold([post(1)])
    expect([isHeld(), (await hold([]))()]).toEqual([true, false])

    restore()
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it('never, and nothing is looked up, where no write says what it touches', async () => {
    const given = new Map<string, TaggedRoute>([['untagged', { options: {} }]])
    const { truth, hold, view, signOut } = await open({ given, restored: new Promise(() => {}) })
    view([{ type: 'untagged' }])
    signOut()

    expect((await hold(['post']))()).toBe(false)
    expect(await truth.conflicts(['post'], truth.snapshot(), 0)).toMatchObject({ tags: [], passes: false })
  })
})

describe('P8 a read whose answer could not be trusted is held', () => {
  const { signal } = new AbortController()

  it('on a device that believes itself offline too: the answer has come', async () => {
    const { world, host, hold, view } = await open()
    host.setOnline(false)
    view([liked(1)])

    const isHeld = await hold(['post'], signal, true)
    expect(isHeld()).toBe(true)

    view([])
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it('for a write with conditions that is in flight', async () => {
    const { world, truth, put, hold, view } = await open()
    await put(1, { type: 'uploaded' })
    expect(await truth.conflicts(['photos'], truth.snapshot(), 0)).toMatchObject({ passes: true })

    const isHeld = await hold(['photos'], signal, true)
    expect([isHeld(), (await hold(['photos']))()]).toEqual([true, false])

    view([], 'e1')
    await world.settle()
    expect(isHeld()).toBe(false)
  })
})

describe('P8 an answer is the truth', () => {
  const sure = { tags: [], passes: false }

  it('where nothing of it was under way', async () => {
    const { truth, put, journal, shows } = await open()
    await put(1, liked(7))
    await journal(3, liked(1))
    shows(3)

    expect(await truth.conflicts([post(1)], truth.snapshot(), 0)).toMatchObject(sure)
    expect(await truth.conflicts([], truth.snapshot(), 0)).toMatchObject(sure)
  })

  it('not where an entry is in flight: it is held for that, though the view knows nothing of it', async () => {
    const { world, truth, put, hold, view } = await open()
    await put(1, liked(1))

    expect(await truth.conflicts(['post'], truth.snapshot(), 0)).toMatchObject({
      tags: ['post'],
      passes: true,
    })
    const isHeld = await hold([post(1)])
    expect(isHeld()).toBe(true)

    view([], 'e1')
    await world.settle()
    expect(isHeld()).toBe(false)
  })

  it.each([
    ['is in doubt', { type: 'redux-broker/doubted', payload: 'e1' }],
    ['was given up', { type: 'redux-broker/emptied', payload: ['e0', 'e1'] }],
    ['is paused', { type: 'redux-broker/status', payload: { ...initialStatus, paused: 'auth' } }],
  ] as const)('and it is held for that no longer than until it %s', async (_, action) => {
    const { world, truth, put, hold } = await open()
    await put(1, liked(1))
    await truth.conflicts(['post'], truth.snapshot(), 0)
    const isHeld = await hold(['post'])
    expect(isHeld()).toBe(true)

    truth.hear(action)
    await world.settle()

    expect(isHeld()).toBe(false)
  })

  it('not where something has ended since, and it is held until the view has that', async () => {
    const { world, truth, journal, hold, shows } = await open()
    shows(2)
    const mark = truth.snapshot()
    await journal(3, liked(1))

    expect(await truth.conflicts(['post'], mark, 0)).toMatchObject({ tags: ['post'], passes: true })
    const isHeld = await hold(['post'])
    expect(isHeld()).toBe(true)

    shows(3)
    await world.settle()
    expect(isHeld()).toBe(false)
    expect(await truth.conflicts(['post'], truth.snapshot(), world.clock.now())).toMatchObject(sure)
  })

  it('not where its shared request was under way before what the view has already', async () => {
    const { world, truth, shows, ended } = await open()
    const sentAt = world.clock.now()
    await world.clock.advance(100)
    shows(1, ended('e1', liked(1), world.clock.now()))
    await world.clock.advance(100)

    expect(await truth.conflicts(['post'], truth.snapshot(), sentAt)).toMatchObject({
      tags: ['post'],
      passes: true,
    })
    expect(await truth.conflicts(['post'], truth.snapshot(), sentAt + 100)).toMatchObject({
      tags: ['post'],
      passes: true,
    })
    expect(await truth.conflicts(['post'], truth.snapshot(), sentAt + 101)).toMatchObject(sure)
  })

  it('and one that this page asked for in the moment of an outcome is not read again for it', async () => {
    const { world, truth, shows, ended } = await open()
    shows(1, ended('e1', liked(1), world.clock.now()))

    expect(await truth.conflicts(['post'], truth.snapshot(), world.clock.now())).toMatchObject(sure)
  })

  it('while nobody is signed in: nothing is written then', async () => {
    const { truth, hold, signOut } = await open({ principal: '', restored: new Promise(() => {}) })
    signOut()

    expect((await hold(['post']))()).toBe(false)
    expect(await truth.conflicts(['post'], truth.snapshot(), 0)).toMatchObject(sure)
  })

  it('not where it cannot be known', async () => {
    const { world, truth, put, signOut } = await open()
    await put(1, liked(1), 'inDoubt')
    const unsure = { tags: ['post'], passes: false }
    expect(await truth.conflicts(['post'], truth.snapshot(), 0)).toMatchObject(unsure)

    world.store.transact = () => Promise.reject(new Error('the storage fails'))
    expect(await truth.conflicts(['post'], truth.snapshot(), 0)).toMatchObject(unsure)

    signOut()
    expect(await truth.conflicts(['post'], truth.snapshot(), 0)).toMatchObject(unsure)
  })
})

describe('a route’s tags that throw', () => {
  it('are reported, and name nothing', async () => {
    const { world, hold, view } = await open({
      given: new Map<string, TaggedRoute>([
        [
          'liked',
          {
            options: {
              tags: byPost,
              invalidates: () => {
                throw new Error('mine')
              },
            },
          },
        ],
      ]),
    })
    view([liked(1)])

    expect((await hold([post(1)]))()).toBe(true)
    expect((await hold([post(2)]))()).toBe(false)
    expect(world.reports).toEqual([new Error('mine')])
  })
})
