import { describe, expect, it } from 'vitest'
import { captureTo, doubting } from '../fixtures/doubt.fixture.js'
import { done, html, lostReply, redirectReply, statusReply, told } from '../fixtures/status-query.fixture.js'
import { type ExecutorWorld, rowsOf } from '../fixtures/world.fixture.js'
import type { Reply } from '../network/network.js'
import { transition } from '../outbox/entry-state.js'
import { toRow } from '../rows/entry.js'
import { maxKey } from '../rows/key-spans.js'

const history = async (world: ExecutorWorld) =>
  (await rowsOf(world)).journal.map(({ kind, entryId }) => `${kind} ${entryId}`)

describe('an entry that becomes in doubt', () => {
  it('has happened where the server says that it is done, and its lane goes on', async () => {
    const { world, asked, sent } = await doubting(() => done(201))

    world.start().poke('capture')
    await world.run(60_000)

    expect(asked.map(({ request }) => request.url)).toEqual(['https://o.example/keys/key-0'])
    expect(sent).toEqual(['x/0', 'y/2', 'x/1'])
    expect(await history(world)).toEqual(expect.arrayContaining(['doubted 0', 'confirmed 0', 'delivered 1']))
    expect(world.reports).toEqual([])
  })

  it('is asked about for its user, with what the app prepares, and nothing of the request itself', async () => {
    const { world, asked } = await doubting(() => done(201))
    const token = ['authorization', 't'] as const

    world.start({ prepare: async ({ headers }) => [...headers, token] }).poke('capture')
    await world.run(60_000)

    expect(asked[0]?.request).toEqual({
      url: 'https://o.example/keys/key-0',
      method: 'GET',
      headers: [['accept', 'application/json'], token, ['idempotency-principal', 'ann']],
      body: undefined,
    })
  })

  it('has come back where the server says that it was refused', async () => {
    const { world } = await doubting(() => done(422))

    world.start().poke('capture')
    await world.run(60_000)

    const { entries, letters } = await rowsOf(world)
    expect(entries).toEqual([])
    expect(letters).toMatchObject([{ id: '0', reason: 'refused', httpStatus: 422, effect: 'none' }])
  })

  it('is sent again with its key where the server has never seen that', async () => {
    const { world, sent, keys, mend } = await doubting(() => {
      mend()
      return told('unknown')
    })

    world.start().poke('capture')
    await world.run(60_000)

    expect(sent.filter((name) => name === 'x/0')).toHaveLength(2)
    expect(keys.filter((key) => key === '"key-0"')).toHaveLength(2)
    expect((await history(world)).slice(-3)).toEqual(['requeued 0', 'delivered 0', 'delivered 1'])
  })

  it('is asked about a little later where it is in progress, and meanwhile the other lanes go on', async () => {
    const { world, asked, sent } = await doubting((n) => (n < 4 ? told('in-progress') : done(200)))
    const actor = world.start()
    actor.poke('capture')
    await world.run(2_000)
    await world.accept([captureTo('z', '9')])
    actor.poke('capture')
    await world.run(100)
    expect(sent).toEqual(['x/0', 'y/2', 'z/9'])

    await world.run(60_000)

    expect(asked).toHaveLength(4)
    expect(sent.at(-1)).toBe('x/1')
  })

  it('stays in doubt where the server has forgotten, and is not asked about again', async () => {
    const { world, asked } = await doubting(() => told('expired'))
    const actor = world.start()
    actor.poke('capture')
    await world.run(60_000)
    actor.poke('signal')
    await world.run(60_000)

    expect(asked).toHaveLength(1)
    expect((await rowsOf(world)).entries[0]).toMatchObject({
      state: 'inDoubt',
      trouble: { reason: 'keyExpired' },
    })
  })

  it.each([
    ['an HTML page', html],
    ['a redirect', redirectReply],
    ['another JSON', statusReply(200, { status: 'ok' })],
    ['404', statusReply(404, { type: 'urn:x:not-found' })],
    ['401', statusReply(401)],
    ['403', statusReply(403, { type: 'urn:x:principal-mismatch' })],
    ['nothing', lostReply],
  ])('stays in doubt after %s, and nothing is paused by it', async (_name, reply) => {
    const { world, asked } = await doubting(() => reply)

    world.start().poke('capture')
    await world.run(60_000)

    expect(asked.length).toBeGreaterThan(1)
    expect((await rowsOf(world)).entries).toMatchObject([
      { id: '0', state: 'inDoubt' },
      { id: '1', state: 'waiting' },
    ])
    const row = await world.store.transact('readonly', 'relaxed', (tx) => tx.get('partitions', ['p']))
    expect(row).not.toHaveProperty('paused')
  })

  it('is asked about again at a later start, and at what happens to the network, not at every timer', async () => {
    let reply: Reply = html
    const { world, asked } = await doubting(() => reply)
    const actor = world.start()
    actor.poke('capture')
    await world.run(60_000)
    const questions = asked.length
    actor.poke('timer')
    await world.run(100)
    expect(asked).toHaveLength(questions)

    reply = done(200)
    actor.poke('signal')
    await world.run(100)

    expect(asked).toHaveLength(questions + 1)
    expect((await rowsOf(world)).entries).toEqual([])
  })

  it('is asked about where its sender died, as soon as that is found out', async () => {
    const { world, asked } = await doubting(() => done(200), { lanes: ['z', 'x'] })
    await world.store.transact('readwrite', 'strict', async (tx) => {
      for (const entry of await tx.list({ store: 'entries', from: ['p'], to: ['p', maxKey] }, 99))
        if (entry.state === 'waiting')
          tx.put('entries', toRow(transition(entry, { type: 'claimed', owner: 'dead', session: 1, now: 0 })))
    })
    world.start().poke('timer')
    await world.run(60_000)

    expect(asked).toHaveLength(2)
    expect((await rowsOf(world)).entries).toEqual([])
  })
})
