import { describe, expect, it } from 'vitest'
import { capture } from '../core/fixtures/entry.fixture.js'
import { type Outbox, outbox } from '../core/fixtures/outbox.fixture.js'
import { changePartition } from '../core/outbox/partition.js'
import type { WakeReason } from '../core/outcomes/circuit-breaker.js'
import { toRow } from '../core/rows/entry.js'
import { createTestWorld } from '../testing/index.js'
import { drainAndWait, onSync, type WorkerLife, type WorkerRegistration } from './stay-awake.js'

const now = 1_000_000

interface WorkerState {
  readonly online?: boolean
  readonly sync?: boolean
  readonly signedIn?: boolean
  /** Functions of the app that this worker lacks. */
  readonly needs?: readonly string[]
}

/** A worker whose executor only notes that it was woken. */
async function openWorker({ online = true, sync = true, signedIn = true, needs = [] }: WorkerState = {}) {
  const box = outbox()
  await box.activate('p', { needs })
  const world = createTestWorld({ store: box.store, now })
  world.setOnline(online)
  const woken: WakeReason[] = []
  const tags: string[] = []
  const found = new Set<() => void>()
  const registration = {
    scope: 'https://app.test/',
    installing: null as ServiceWorker | null,
    waiting: null as ServiceWorker | null,
    addEventListener: (_type: string, listener: () => void) => void found.add(listener),
    removeEventListener: (_type: string, listener: () => void) => void found.delete(listener),
    ...(sync && { sync: { register: async (tag: string) => void tags.push(tag) } }),
  }
  const executor = { wake: async (probe: WakeReason) => void woken.push(probe) }
  const life = {
    executor,
    ports: world.tab().ports,
    database: 'db',
    serves: (_origin: string, needed: readonly string[]) => needed.length === 0,
    registration: registration as WorkerRegistration,
    user: async () => (signedIn ? { partition: 'p', principal: 'ada' } : undefined),
  } as unknown as WorkerLife
  return {
    life,
    box,
    world,
    woken,
    tags,
    found,
    registration,
    async isOver(event: Promise<void>) {
      let over = false
      void event.finally(() => (over = true))
      await world.settle()
      return over
    },
  }
}

/** An entry that was accepted now, and waits for so long. */
async function dueIn(box: Outbox, ms: number): Promise<void> {
  await box.accept([capture('a')], { now })
  const { entries } = await box.contents()
  await box.write(async (tx) => {
    for (const row of entries)
      if (row.state === 'waiting') tx.put('entries', toRow({ ...row, notBefore: now + ms }))
  })
}

describe('a sync event', () => {
  it('fails while work is left and the browser believes itself online, so that the browser repeats it', async () => {
    const { life, box } = await openWorker()
    await dueIn(box, 60_000)

    await expect(onSync(life)).rejects.toThrow('entries are still waiting')
  })

  it('fails where the browser takes no tag', async () => {
    const { life, box } = await openWorker({ online: false, sync: false })
    await dueIn(box, 60_000)

    await expect(onSync(life)).rejects.toThrow('entries are still waiting')
  })

  it('asks for the next change of the network by a fresh tag each time while the browser is offline', async () => {
    const { life, box, tags } = await openWorker({ online: false })
    await dueIn(box, 60_000)

    await onSync(life)
    await onSync(life)

    expect(new Set(tags).size).toBe(2)
    for (const tag of tags) expect(tag).toMatch(/^redux-broker:db:/)
  })

  it('ends well where the session is over and only a page can ask for it', async () => {
    const { life, box } = await openWorker({ needs: ['prepareHeaders'] })
    await dueIn(box, 0)
    await box.write((tx) =>
      changePartition(tx, 'p', now, (row) => {
        row.paused = 'auth'
      }),
    )

    expect(await onSync(life)).toBeUndefined()
  })

  it.each<[string, WorkerState, number]>([
    ['nothing is left', {}, 0],
    ['nobody is signed in', { signedIn: false }, 1],
    ['only a page can send the rest', { needs: ['prepareHeaders'] }, 1],
  ])('ends well where %s', async (_why, state, entries) => {
    const { life, box, tags } = await openWorker(state)
    if (entries > 0) await dueIn(box, 60_000)

    await onSync(life)

    expect(tags).toEqual([])
  })
})

describe('a worker that drains', () => {
  it('drains again when an entry is due that is due within 20 s', async () => {
    const { life, box, world, woken, isOver } = await openWorker()
    await dueIn(box, 5_000)
    const event = drainAndWait(life, 'signal')
    await world.clock.advance(4_999)
    const before = [...woken]
    await world.clock.advance(1)

    expect(before).toEqual(['signal'])
    expect(woken).toEqual(['signal', 'timer'])
    expect(await isOver(event)).toBe(false)
  })

  it('lets the browser stop it where the next entry is due later', async () => {
    const { life, box, woken, isOver } = await openWorker()
    await dueIn(box, 20_001)

    expect(await isOver(drainAndWait(life, 'signal'))).toBe(true)
    expect(woken).toEqual(['signal'])
  })

  it('ends its event within a minute, however often an entry comes due', async () => {
    const { life, box, world, isOver } = await openWorker()
    await dueIn(box, 0)
    const event = drainAndWait(life, 'signal')
    await world.clock.advance(57_000)
    const before = await isOver(event)
    await world.clock.advance(3_000)

    expect(before).toBe(false)
    expect(await isOver(event)).toBe(true)
  })

  it.each(['installing', 'waiting'] as const)(
    'gives way a second after a drain to a newer version that is %s',
    async (place) => {
      const { life, box, world, woken, registration, isOver } = await openWorker()
      await dueIn(box, 0)
      registration[place] = {} as ServiceWorker
      const event = drainAndWait(life, 'signal')
      await world.clock.advance(999)
      const before = await isOver(event)
      await world.clock.advance(1)

      expect(before).toBe(false)
      expect(await isOver(event)).toBe(true)
      expect(woken).toEqual(['signal'])
    },
  )

  it('gives way at once to a newer version that is found while it waits, and leaves no listener behind', async () => {
    const { life, box, woken, registration, found, world, isOver } = await openWorker()
    await dueIn(box, 5_000)
    const event = drainAndWait(life, 'signal')
    await world.settle()
    registration.installing = {} as ServiceWorker
    for (const listener of found) listener()

    expect(await isOver(event)).toBe(true)
    expect(woken).toEqual(['signal'])
    expect(found.size).toBe(0)
  })
})
