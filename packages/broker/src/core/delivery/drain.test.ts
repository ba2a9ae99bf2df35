import { describe, expect, it } from 'vitest'
import { captureFor } from '../fixtures/server.fixture.js'
import { type ActorWire, createExecutorWorld, type ExecutorWorld } from '../fixtures/world.fixture.js'
import type { Reply } from '../network/network.js'
import { activate, readPartition } from '../outbox/partition.js'
import { maxKey } from '../rows/key-spans.js'
import type { AppSettings } from '../rows/rows.js'

const json = { 'content-type': 'application/json' }
const answer = (status: number, body = '{}', headers: Readonly<Record<string, string>> = json): Reply => ({
  kind: 'answer',
  status,
  headers,
  body,
})
const ok = answer(200)
const probeUrl = 'https://o.example/me'

/** A world whose server answers at once, as it is told: by the lane, or the last part of the URL. */
async function worldWhere(
  reply: (name: string) => Reply,
  failuresMax = 3,
  isThere: () => boolean = () => true,
) {
  const sent: string[] = []
  const send = async ({ request }: ActorWire) => {
    const name = request.url.split('/').at(3) ?? ''
    sent.push(name)
    const given = reply(name)
    const key = request.headers.find(([header]) => header === 'idempotency-key')?.[1] ?? ''
    return given.kind === 'answer'
      ? { ...given, headers: { ...given.headers, 'idempotency-key': key } }
      : given
  }
  const world = await createExecutorWorld({
    send,
    knock: async () => (isThere() ? 200 : undefined),
    limits: { failuresMax },
  })
  return { world, sent }
}
const partition = ({ store }: ExecutorWorld) =>
  store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))
const signIn = ({ store }: ExecutorWorld, app?: AppSettings) =>
  store.transact('readwrite', 'strict', (tx) => activate(tx, { partition: 'p', principal: 'ann' }, app))
const pass = (world: ExecutorWorld, ms: number) => {
  world.clock.after(ms, () => {})
  return world.run(ms)
}
const one = (lane: string, id = lane) => captureFor(id, lane)

describe('P7 a drain that meets the end of a session', () => {
  it('pauses the user once, and sends nothing more until the sign-in; then all in its order', async () => {
    let signedIn = false
    const { world, sent } = await worldWhere(() => (signedIn ? ok : answer(401)))
    const actor = world.start()
    await world.accept([one('x', '1'), one('x', '2'), one('y', '3')])
    actor.poke('signal')
    await world.run(600_000)
    expect(sent).toEqual(['x', 'y'])
    expect(await partition(world)).toMatchObject({ paused: 'auth', waiting: 3 })

    signedIn = true
    await signIn(world)
    actor.poke('signal')
    await world.run(1_000)

    expect(sent.slice(2)).toEqual(['x', 'y', 'x'])
    expect(await partition(world)).toMatchObject({ waiting: 0 })
  })

  it("goes on by itself once the session's own probe answers well, and only then", async () => {
    let session = answer(401)
    const { world, sent } = await worldWhere((name) =>
      name === 'me' ? session : session.kind === 'answer' && session.status === 200 ? ok : answer(401),
    )
    await signIn(world, { sessionProbe: probeUrl })
    world.start().poke('signal')
    await world.accept([one('x')])
    await world.run(1_000)
    await pass(world, 14_000)
    world.actors[0]?.poke('timer')
    await world.run(1_000)
    expect(sent).toEqual(['x', 'me'])

    session = answer(200)
    await pass(world, 14_000)
    world.actors[0]?.poke('timer')
    await world.run(1_000)

    expect(sent).toEqual(['x', 'me', 'me', 'x'])
    expect(await partition(world)).toMatchObject({ waiting: 0 })
    expect(await partition(world)).not.toHaveProperty('paused')
  })

  it('asks the probe at a capture, but not within a second, nor where it was not woken for a reason', async () => {
    const { world, sent } = await worldWhere(() => answer(401))
    await signIn(world, { sessionProbe: probeUrl })
    const actor = world.start()
    await world.accept([one('x')])
    actor.poke('signal')
    await world.run(300)
    actor.poke('capture')
    await world.run(300)
    actor.poke('none')
    await pass(world, 2_000)
    expect(sent).toEqual(['x'])

    actor.poke('capture')
    await world.run(500)
    actor.poke('capture')
    await world.run(500)
    expect(sent).toEqual(['x', 'me'])
  })

  it('does not loop where the session is good and one URL says 401 all the same', async () => {
    const { world, sent } = await worldWhere((name) => (name === 'me' ? ok : answer(401)))
    await signIn(world, { sessionProbe: probeUrl })
    await world.accept([one('x')])
    world.start().poke('signal')

    await world.run(60_000)

    expect(sent.length).toBeLessThan(15)
  })

  it("P6 stays paused for somebody else's session, whatever the probe says", async () => {
    const mismatch = answer(403, '{"type":"urn:redux-broker:problem:principal-mismatch"}')
    const { world, sent } = await worldWhere((name) => (name === 'me' ? ok : mismatch))
    await signIn(world, { sessionProbe: probeUrl })
    await world.accept([one('x')])
    const actor = world.start()
    actor.poke('signal')
    await world.run(1_000)
    actor.poke('signal')
    await world.run(600_000)

    expect(sent).toEqual(['x'])
    expect(await partition(world)).toMatchObject({ paused: 'principal', waiting: 1 })
  })
})

describe('P9 a drain without a network', () => {
  const lanes = Array.from({ length: 50 }, (_, i) => one(`l${i}`))

  it('sends what it may have in flight, then one probe at a time, and burns nothing', async () => {
    const { world, sent } = await worldWhere(() => ({ kind: 'unsent', reason: 'unreachable' }))
    await world.accept(lanes)
    const actor = world.start()
    actor.poke('signal')
    await world.run(1_000)
    expect(sent).toHaveLength(6)

    await world.run(59_000)

    // One in 15 s.
    expect(sent).toHaveLength(6 + 3)
    const rows = await world.store.transact('readonly', 'relaxed', (tx) =>
      tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 99),
    )
    expect(
      rows.every(({ attempts, failures, effect }) => attempts === 0 && failures === 0 && effect === 'none'),
    ).toBe(true)
  })

  it('P14 sends all of it as soon as one probe gets through', async () => {
    let away = true
    const { world, sent } = await worldWhere(
      () => (away ? { kind: 'failed', timedOut: false } : ok),
      3,
      () => !away,
    )
    await world.accept(lanes)
    const actor = world.start()
    actor.poke('signal')
    await world.run(30_000)
    away = false
    const before = sent.length
    actor.poke('signal')
    await world.run(5_000)

    expect(sent.length - before).toBeGreaterThanOrEqual(44)
    await world.run(60_000)
    expect((await partition(world)).waiting).toBe(0)
  })
})

describe('a drain whose app cannot make headers', () => {
  const noToken = new Error('no token')

  it('sends nothing of it, reports each failure and keeps the entry; others go on', async () => {
    const { world, sent } = await worldWhere(() => ok, 60)
    const actor = world.start({
      prepare: async ({ url, headers }) => {
        if (url.includes('/bad/')) throw noToken
        return headers
      },
    })
    await world.accept([one('bad'), one('good')])
    actor.poke('signal')
    await world.run(600_000)
    await world.accept([one('late')])
    actor.poke('capture')
    await world.run(60_000)

    expect(sent).toEqual(['good', 'late'])
    expect(world.reports.length).toBeGreaterThan(9)
    expect(new Set(world.reports)).toEqual(new Set([noToken]))
    const [entry] = await world.store.transact('readonly', 'relaxed', (tx) =>
      tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 9),
    )
    expect(entry).toMatchObject({ id: 'bad', attempts: 0, effect: 'none', trouble: { reason: 'headers' } })
  })

  it('P9 asks it for one of a hundred entries at a time while there is no network to get a token by', async () => {
    let asked = 0
    let online = false
    const { world, sent } = await worldWhere(
      () => ok,
      3,
      () => online,
    )
    const actor = world.start({
      prepare: async ({ headers }) => {
        asked += 1
        if (!online) throw noToken
        return headers
      },
    })
    await world.accept(Array.from({ length: 100 }, (_, i) => one(`lane${i}`)))
    actor.poke('signal')
    await world.run(3_600_000)
    // Six at first, which none is known to fail by; then one for each of the window's probes, every 15 s.
    expect(asked).toBeLessThanOrEqual(6 + 3_600 / 15)

    online = true
    actor.poke('signal')
    await world.run(60_000)

    expect(sent).toHaveLength(100)
  })
})
