// A damaged row holds its lane until a person discards it. Rows of a newer release stay.
import { describe, expect, it } from 'vitest'
import { openApp, openTwoTabs } from '../../../test/page-fixture.js'
import { entryVersion } from '../../core/rows/entry.js'
import { keySpan } from '../../core/rows/key-spans.js'
import { cancel, discard, discardAll } from '../../index.js'
import { acknowledge, createTestWorld, type TestWorld } from '../../testing/index.js'

type Spoil = Readonly<Record<string, unknown>>

const request = { url: 'https://app.test/api/x', method: 'POST', headers: [], body: undefined }
const damages: readonly (readonly [string, Spoil])[] = [
  ['a header of two lines', { request: { ...request, headers: [['accept', 'x\r\ny: z']] } }],
  ['no request', { request: 'x' }],
  ['no number of attempts', { attempts: 'many' }],
  ['no action', { action: null }],
  ['no id', { id: 7 }],
  ['no bytes', { bytes: 'x' }],
  ['a state that there is not', { state: 'gone', head: undefined, dueAt: undefined }],
  ['an attempt without its lease', { state: 'sending', unsure: 'sending', dueAt: undefined }],
]

/** Three claps on p1 and one on p2, all of which wait. The row of one is then another. */
async function damaged(world: TestWorld, place: number, more: Spoil) {
  const app = openApp(world)
  world.setOnline(false)
  await world.settle()
  const receipts = ['p1', 'p1', 'p1', 'p2'].map((post) => app.clap(post))
  await world.settle()
  await world.store.transact('readwrite', 'strict', async (tx) => {
    const row = (await tx.list(keySpan('entries', []), 10))[place]
    tx.put('entries', { ...row, ...more } as never)
  })
  world.setOnline(true)
  return { app, receipts }
}

const pathsOf = ({ network }: TestWorld) => network.requests.map(({ url }) => new URL(url).pathname.slice(11))
const asideIn = ({ outbox }: Pick<ReturnType<typeof openApp>, 'outbox'>) =>
  Object.values(outbox().entries).filter(({ state }) => state === 'quarantined')

describe('a damaged row', () => {
  it.each(damages.flatMap(([what, more]) => [0, 1, 2].map((place) => [what, place, more] as const)))(
    'with %s at place %i of its lane holds up the entries behind it until any tab discards it',
    async (_what, place, more) => {
      const world = createTestWorld()
      const { app, receipts } = await damaged(world, place, more)
      await app.broker.stop()
      const [one, other] = await openTwoTabs(world)
      await world.clock.advance(60_000)
      const [aside] = asideIn(one)
      const before = ['p2/claps', ...Array.from({ length: place }, () => 'p1/claps')]

      expect(pathsOf(world).toSorted()).toEqual(before.toSorted())
      expect(one.outbox().waiting).toBe(3 - place)
      expect(aside).toMatchObject({ reason: 'damaged' })
      expect(await cancel(one.broker, aside?.id ?? '')).toMatch(/tooLate|notFound/)
      expect(asideIn(one)).toHaveLength(1)
      expect(await discard(one.broker, aside?.id ?? '')).toBe('discarded')
      await world.clock.advance(60_000)

      const keys = world.network.requests.map(({ key }) => key)
      expect(pathsOf(world).toSorted()).toEqual(['p1/claps', 'p1/claps', 'p2/claps'])
      expect(new Set(keys).size).toBe(3)
      for (const tab of [one, other]) {
        expect(tab.outbox()).toMatchObject({ waiting: 0, notInView: 0 })
        expect(tab.outbox().entries).toEqual({})
        expect(tab.post('p1')?.claps).toBe(2)
      }
      expect(await discard(one.broker, aside?.id ?? '')).toBe('notFound')
      expect(receipts).toHaveLength(4)
      expect(world.reports).toEqual([])
    },
  )

  it.each(damages.slice(0, 4))('with %s ends as cancelled in the page that made it', async (_what, more) => {
    const world = createTestWorld()
    const { app, receipts } = await damaged(world, 1, more)
    await world.clock.advance(60_000)

    expect(await discard(app.broker, receipts[1]?.id ?? '')).toBe('discarded')
    await world.clock.advance(60_000)

    expect(await receipts[1]?.settled).toEqual({ status: 'cancelled' })
    expect((await receipts[2]?.settled)?.status).toBe('delivered')
    expect(app.post('p1')?.claps).toBe(2)
    expect([app.outbox().waiting, app.outbox().entries]).toEqual([0, {}])
  })

  it.each(damages)('with %s is removed from every page by discardAll', async (_what, more) => {
    const world = createTestWorld()
    const { app } = await damaged(world, 1, more)
    await app.broker.stop()
    world.setOnline(false)
    const [one, other] = await openTwoTabs(world)

    expect(await discardAll(one.broker)).toMatchObject({ letters: 0 })
    await world.settle()

    for (const { outbox } of [one, other]) expect([outbox().waiting, outbox().entries]).toEqual([0, {}])
    expect(world.reports).toEqual([])
  })
})

describe('a damaged dead letter', () => {
  it.each<[string, Spoil]>([
    ['its action', { action: null }],
    ['its reason', { reason: 7 }],
    ['its id', { id: null }],
    ['its problem', { problemBytes: 'x' }],
  ])('without its %s can be discarded, and its blocked lane goes on', async (_what, more) => {
    const world = createTestWorld({ network: [(given) => acknowledge(given, {}, 422)] })
    const app = openApp(world)
    app.clap('p1')
    await world.clock.advance(5_000)
    world.setOnline(false)
    app.clap('p1')
    await world.settle()
    await app.broker.stop()
    await world.store.transact('readwrite', 'strict', async (tx) => {
      const [letter] = await tx.list(keySpan('deadLetters', []), 1)
      tx.put('deadLetters', { ...letter, onReturned: 'block', ...more } as never)
      const [entry] = await tx.list(keySpan('entries', []), 1)
      tx.put('entries', { ...entry, head: false, dueAt: undefined } as never)
    })
    world.setOnline(true)
    const next = openApp(world)
    await world.clock.advance(60_000)
    const [aside] = asideIn(next)

    expect(next.outbox()).toMatchObject({ waiting: 1, deadLetters: 1 })
    expect(await discard(next.broker, aside?.id ?? '')).toBe('discarded')
    await world.clock.advance(60_000)

    expect(next.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
    expect(next.outbox().entries).toEqual({})
    expect(pathsOf(world)).toEqual(['p1/claps', 'p1/claps'])
  })
})

describe('a row of a newer release', () => {
  it.each<[string, Spoil]>([
    ['of which only the version is other', {}],
    ['whose request this release cannot read', { request: { parts: [] } }],
    ['that has another kind of id', { id: { n: 1 } }],
  ])('%s is not discarded and stays listed, and its lane waits (P11)', async (_what, more) => {
    const world = createTestWorld()
    const { app } = await damaged(world, 0, { ...more, version: entryVersion + 1 })
    await app.broker.stop()
    const next = openApp(world)
    await world.clock.advance(60_000)
    const [aside] = asideIn(next)

    expect(aside).toMatchObject({ reason: 'newer' })
    expect(await discard(next.broker, aside?.id ?? '')).toBe('notFound')
    await world.clock.advance(60_000)

    expect(asideIn(next)).toEqual([aside])
    expect(next.outbox().waiting).toBe(3)
    expect(pathsOf(world)).toEqual(['p2/claps'])
  })
})
