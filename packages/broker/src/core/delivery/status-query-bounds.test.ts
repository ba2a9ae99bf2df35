import { describe, expect, it } from 'vitest'
import { doubting } from '../fixtures/doubt.fixture.js'
import { done, lostReply, told } from '../fixtures/status-query.fixture.js'
import { rowsOf } from '../fixtures/world.fixture.js'
import { statusQuestionsMax } from '../limits.js'
import { changePartition, deactivate, readPartition } from '../outbox/partition.js'
import { questions } from './status-query.js'

describe('an entry that becomes in doubt', () => {
  it.each([
    ['another origin', 'https://other.example/keys/:key'],
    ['an origin that only begins alike', 'https://o.example.evil/keys/:key'],
  ])('is not asked about at %s', async (_name, query) => {
    const { world, asked } = await doubting(() => done(200), { query })

    world.start().poke('signal')
    await world.run(60_000)

    expect(asked).toEqual([])
  })

  it('P6 is asked about in the session of its user only', async () => {
    const { world, asked, signIn } = await doubting(() => lostReply)
    const actor = world.start()
    const poke = async () => {
      actor.poke('signal')
      await world.run(60_000)
    }
    await poke()
    const questions = asked.length
    await signIn('bob')
    await poke()
    await world.store.transact('readwrite', 'strict', async (tx) => deactivate(tx, 'p', 0))
    await poke()
    await signIn()
    await world.store.transact('readwrite', 'strict', (tx) =>
      changePartition(tx, 'p', 0, (row) => {
        row.paused = 'principal'
      }),
    )
    await poke()

    expect(questions).toBeGreaterThan(0)
    expect(asked).toHaveLength(questions)
  })

  it('P6 is not asked about once another user has come, while the drain of its own still goes on', async () => {
    const { world, asked, signIn } = await doubting(() => lostReply)
    const actor = world.start()
    actor.poke('signal')
    await world.run(60_000)
    const row = await world.store.transact('readonly', 'relaxed', (tx) => readPartition(tx, 'p'))
    const open = () =>
      world.store.transact('readonly', 'relaxed', (tx) =>
        questions(tx, row, { serves: () => true, asked: new Map(), ports: world }),
      )
    const before = await open()
    await signIn('bob')

    expect(asked.length).toBeGreaterThan(0)
    expect(before).toHaveLength(1)
    expect(await open()).toEqual([])
  })

  it('P6 is still in doubt where the answer came after another user had signed in: it may speak of that one’s keys', async () => {
    let whenAsked = async () => {}
    const { world, asked, signIn } = await doubting(() => {
      void whenAsked()
      return told('unknown')
    })
    whenAsked = () => signIn('bob')
    const actor = world.start()
    actor.poke('signal')
    await world.run(60_000)

    expect(asked).toHaveLength(1)
    expect((await rowsOf(world)).entries[0]).toMatchObject({ id: '0', state: 'inDoubt' })
  })

  it('P10 is asked about once, one after the other, and some at a time are given up where nothing comes back', async () => {
    const lanes = Array.from({ length: statusQuestionsMax + 5 }, (_, i) => `lane${i}`)
    const many = await doubting(() => told('expired'), { lanes })
    const silent = await doubting(() => lostReply, { lanes })
    for (const { world } of [many, silent]) {
      const { entries } = await rowsOf(world)
      await world.store.transact('readwrite', 'strict', async (tx) => {
        for (const { dueAt: _dueAt, ...row } of entries)
          tx.put('entries', { ...row, state: 'inDoubt', unsure: 'inDoubt', effect: 'unknown' } as never)
      })
      world.start().poke('signal')
      await world.run(900)
    }

    expect(many.asked).toHaveLength(lanes.length)
    expect(new Set(many.asked.map(({ request }) => request.url)).size).toBe(lanes.length)
    expect(silent.asked).toHaveLength(2)
  })
})
