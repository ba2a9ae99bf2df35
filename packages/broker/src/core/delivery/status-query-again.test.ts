// A status query that tells nothing is put again by backoff, and no signal is needed for that.
import { describe, expect, it } from 'vitest'
import { doubting } from '../fixtures/doubt.fixture.js'
import { done, html, lostReply, redirectReply, statusReply, told } from '../fixtures/status-query.fixture.js'
import { rowsOf } from '../fixtures/world.fixture.js'
import type { Reply } from '../network/network.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Every entry of them is in doubt, each in a lane of its own. */
async function allDoubted(lanes: number, reply: (url: string) => Reply) {
  const names = Array.from({ length: lanes }, (_, i) => `lane${i}`)
  const doubted = await doubting(() => reply(doubted.asked.at(-1)?.request.url ?? ''), { lanes: names })
  const { store } = doubted.world
  const { entries } = await rowsOf(doubted.world)
  await store.transact('readwrite', 'strict', async (tx) => {
    for (const { dueAt: _dueAt, ...row } of entries)
      tx.put('entries', { ...row, state: 'inDoubt', unsure: 'inDoubt', effect: 'unknown' } as never)
  })
  doubted.world.start().poke('signal')
  return doubted
}

describe('an entry in doubt whose server could not be asked', () => {
  it.each([
    ['503', statusReply(503)],
    ['502 of a gateway', statusReply(502, '<html>', { 'content-type': 'text/html' })],
    ['500', statusReply(500, { state: 'done', status: 201 })],
    ['429', statusReply(429)],
    ['nothing', lostReply],
    ['half an answer', { kind: 'cut', status: 200 } as const],
    ['404', statusReply(404)],
    ['401', statusReply(401)],
    ['an HTML page', html],
    ['a redirect', redirectReply],
    ['another JSON', told('maybe')],
    ['in progress, longer than a drain', told('in-progress')],
  ])('is asked about again until it can tell, without a signal: %s', async (_what, failure) => {
    let reply: Reply = failure
    const { world, asked, sent } = await doubting(() => reply)
    world.start().poke('capture')
    await world.run(10 * minuteMs)
    expect(asked.length).toBeGreaterThan(5)
    expect((await rowsOf(world)).entries[0]).toMatchObject({ id: '0', state: 'inDoubt' })

    reply = done(201)
    await world.run(6 * minuteMs)

    expect((await rowsOf(world)).entries).toEqual([])
    expect(sent.at(-1)).toBe('x/1')
    const questions = asked.length
    await world.run(24 * hourMs)
    expect(asked).toHaveLength(questions)
    expect(world.reports).toEqual([])
  })

  it.each([
    ['503', 1, statusReply(503)],
    ['429', 20, statusReply(429)],
    ['nothing', 20, lostReply],
    ['404', 1, statusReply(404)],
    ['in progress', 1, told('in-progress')],
  ])('P9 makes less than a question a minute at %s, for %i of them', async (_what, lanes, reply) => {
    const { world, asked } = await allDoubted(lanes, () => reply)
    await world.run(hourMs)
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.length).toBeLessThan(60)

    const before = asked.length
    await world.run(12 * hourMs)
    expect(asked.length - before).toBeLessThan(12 * 30)
  })

  it.each([
    ['600', 600_000],
    ['3600', hourMs],
    ['7200', hourMs],
  ])('P9 is not asked about before `Retry-After: %s`', async (after, waitMs) => {
    const busy = statusReply(503, {}, { 'retry-after': after })
    const { world, asked } = await doubting(() => busy)
    world.start().poke('capture')
    await world.run(waitMs - 1_000)
    expect(asked).toHaveLength(1)

    await world.run(waitMs + 5_000)
    expect(asked).toHaveLength(2)
  })

  it.each([
    ['500', statusReply(500)],
    ['nothing', lostReply],
    ['404', statusReply(404)],
  ])('P3 holds up no other where its own key fails each time: %s', async (_what, failure) => {
    const { world } = await allDoubted(25, (url) => (/key-(0|7)$/.test(url) ? failure : done(201)))
    await world.run(10 * minuteMs)

    expect((await rowsOf(world)).entries.map(({ id }) => id)).toEqual(['0', '7'])
  })

  it.each(['capture', 'timer', 'signal'] as const)(
    'is not asked about once its realm was halted after a wake-up by %s',
    async (reason) => {
      const { world, asked } = await doubting(() => lostReply)
      const actor = world.start()
      actor.poke(reason)
      await world.run(1_000)
      actor.executor.halt()
      const before = asked.length
      await world.run(hourMs)

      expect(asked).toHaveLength(before)
    },
  )
})
