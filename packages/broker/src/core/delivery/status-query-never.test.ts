// An entry in doubt whose key its server has never seen is one that failed: it is counted, and waits its backoff.
import { describe, expect, it } from 'vitest'
import { doubting } from '../fixtures/doubt.fixture.js'
import { doubted } from '../fixtures/outbox.fixture.js'
import { sending } from '../fixtures/sending.fixture.js'
import { lostReply, redirectReply, statusReply, told } from '../fixtures/status-query.fixture.js'
import { rowsOf } from '../fixtures/world.fixture.js'
import { putInDoubt } from '../outbox/end-entry.js'
import { changePartition } from '../outbox/partition.js'
import type { InDoubtEntry } from '../rows/entry.js'
import { resolve } from './status-query.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** An entry that is in doubt after so many failures. */
async function doubtAfter(failures: number) {
  const { box, entry } = await sending(['a'])
  await box.settle({ ...entry }, doubted)
  const find = async () => (await box.contents()).entries[0]
  const resolveAt = async (now: number, failuresMax = 60) => {
    const doubt = { ...(await find()), failures } as InDoubtEntry
    await box.write((tx) => resolve(tx, doubt, { kind: 'never' }, { now, random: () => 0.5, failuresMax }))
  }
  return { box, find, resolveAt }
}

describe('an entry in doubt whose key was never seen', () => {
  it.each([
    [0, 500],
    [1, 1_000],
    [4, 8_000],
    [30, 150_000],
  ])('P9 waits after %i failures for %i ms, and is the head of its lane', async (failures, waitMs) => {
    const { find, resolveAt } = await doubtAfter(failures)
    await resolveAt(7)

    expect(await find()).toMatchObject({
      state: 'waiting',
      head: true,
      failures: failures + 1,
      attempts: 1,
      effect: 'unknown',
      trouble: { reason: doubted.reason },
      dueAt: 7 + waitMs,
    })
  })

  it.each([1, 2, 60])('P10 comes back with the last failure of %i that are allowed', async (failuresMax) => {
    const { box, resolveAt } = await doubtAfter(failuresMax - 1)
    await resolveAt(7, failuresMax)

    const { entries, letters, row } = await box.contents()
    expect(entries).toEqual([])
    expect(letters).toMatchObject([
      { reason: 'failuresMax', problem: doubted.reason, effect: 'unknown', attempts: 1, returnedAt: 7 },
    ])
    expect(row).toMatchObject({ waiting: 0, dead: 1 })
  })

  it.each([
    ['at once', 0],
    ['after a day', dayMs],
    ['after a year', 365 * dayMs],
  ])('P2 begins the age of its key anew and is sent, not doubted again: %s', async (_when, now) => {
    const { box, find, resolveAt } = await doubtAfter(0)
    const doubt = await find()
    await box.write((tx) =>
      changePartition(tx, 'p', now, (row) =>
        putInDoubt(tx, row, doubt as never, { reason: 'retentionOver' }, now),
      ),
    )
    await resolveAt(now)

    expect(await box.claim({ now: now + 500 })).toMatchObject([{ id: doubt?.id, firstSentAt: now }])
  })

  it('P3 stays behind what stands before it in its lane', async () => {
    const { world } = await doubting(() => told('unknown'), { lanes: ['x', 'x'] })
    const { entries } = await rowsOf(world)
    const [, second] = entries
    const doubt = { ...second, state: 'inDoubt', head: undefined, effect: 'unknown' } as never
    const how = { now: 0, random: () => 0, failuresMax: 60 }
    await world.store.transact('readwrite', 'strict', (tx) => resolve(tx, doubt, { kind: 'never' }, how))

    expect((await rowsOf(world)).entries).toMatchObject([{ head: true }, { state: 'waiting', head: false }])
  })
})

describe('a server that fails each time and never knows the key', () => {
  it.each([
    ['500', statusReply(500)],
    ['408', statusReply(408)],
    ['nothing', lostReply],
    ['a redirect', redirectReply],
  ])(
    'P9 is sent to at most 60 times in an hour by pages and workers that die at each: %s',
    async (_what, failure) => {
      const { world, asked, sent } = await doubting(() => told('unknown'), { failure })
      const sends = () => sent.filter((name) => name === 'x/0').length
      let actor = world.start()
      actor.poke('capture')
      for (let minute = 0; minute < 60; minute++) {
        world.after(60_000, () => {
          actor.die()
          actor = world.start()
          actor.poke('signal')
        })
        await world.run(60_000)
      }
      expect(sends()).toBeGreaterThan(10)
      expect(sends()).toBeLessThan(60)

      await world.run(12 * hourMs)
      expect(sends()).toBe(60)
      expect(asked).toHaveLength(60)
      expect((await rowsOf(world)).letters).toMatchObject([{ id: '0', reason: 'failuresMax', attempts: 60 }])
      expect(sent.at(-1)).toBe('x/1')
    },
  )
})
