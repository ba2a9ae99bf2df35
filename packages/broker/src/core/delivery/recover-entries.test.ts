import { describe, expect, it } from 'vitest'
import { capture, sendingEntry, waiting } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, outbox, recover } from '../fixtures/outbox.fixture.js'
import { waitCapMs } from '../limits.js'
import { entryVersion, toRow } from '../rows/entry.js'

async function abandoned(server: 'idempotent' | 'plain', method = 'POST') {
  const box = outbox()
  await box.activate()
  const { request } = capture('')
  await box.accept([capture('a', { server, request: { ...request, method } }), capture('b')])
  const [entry] = await box.claim({ owner: 'dead' })
  return { box, entry }
}

describe('recover', () => {
  it.each([
    ['idempotent', 'POST'],
    ['plain', 'PUT'],
  ] as const)(
    'puts back what a dead executor was sending, on a server that is %s to a %s',
    async (server, method) => {
      const { box } = await abandoned(server, method)

      await recover(box.store, 'p', 7)

      const { row, entries } = await box.contents()
      expect(entries[0]).toMatchObject({
        state: 'waiting',
        head: true,
        dueAt: 7,
        attempts: 1,
        failures: 0,
        effect: 'unknown',
        key: 'key-a',
        trouble: { reason: 'interrupted' },
      })
      expect(row.waiting).toBe(2)
    },
  )

  it('P2 leaves a POST to a plain server in doubt: it may have arrived', async () => {
    const { box } = await abandoned('plain')

    await recover(box.store, 'p', 7)

    const { row, entries, journal } = await box.contents()
    expect(entries).toMatchObject([
      { state: 'inDoubt', effect: 'unknown' },
      { id: 'b', head: false },
    ])
    expect(journal).toMatchObject([{ kind: 'doubted', entryId: 'a', reason: 'interrupted', number: 1 }])
    expect(row.nextNumber).toBe(2)
  })

  it('never makes an entry dead, however often its executor died', async () => {
    const { box } = await abandoned('idempotent')

    for (let i = 0; i < 100; i++) {
      await recover(box.store, 'p', 0)
      await box.claim()
    }

    expect((await box.contents()).entries[0]).toMatchObject({ attempts: 101, failures: 0, fence: 101 })
  })

  it('fences who thaws after it was given up', async () => {
    const { box, entry } = await abandoned('idempotent')
    await recover(box.store, 'p', 0)
    await box.claim()

    expect(entry && (await box.settle(entry, deliveredOutcome))).toBe(false)
  })

  it('touches no row of another user, nor one of a newer release, nor one that is not being sent', async () => {
    const box = outbox()
    const rows = [
      waiting({ seq: 1 }),
      toRow(sendingEntry({ seq: 2, partition: 'q' })),
      toRow(sendingEntry({ seq: 3, version: entryVersion + 1 })),
    ]
    await box.write(async (tx) => {
      for (const row of rows) tx.put('entries', row)
    })

    await recover(box.store, 'p', 0)

    expect([...(await box.contents()).entries, ...(await box.contents('q')).entries]).toEqual([
      rows[0],
      rows[2],
      rows[1],
    ])
  })

  it.each(['plain', 'idempotent'] as const)(
    'has one that was still knocking wait as if it had never been attempted: %s',
    async (server) => {
      const box = outbox()
      const lease = { owner: 'dead', session: 0, renewals: 2, knocking: true }
      await box.write(async (tx) => tx.put('entries', toRow(sendingEntry({ lease, server, firstSentAt: 5 }))))

      await recover(box.store, 'p', 7)

      const [entry] = (await box.contents()).entries
      expect(entry).toMatchObject({ state: 'waiting', effect: 'none', attempts: 0, dueAt: 7 })
      expect(entry).not.toHaveProperty('firstSentAt')
    },
  )

  describe('after the clock went back', () => {
    const year = 3e10

    it('begins what was left of each wait anew, and no wait is longer than a day', async () => {
      const box = outbox()
      await box.accept([capture('')])
      await box.write(async (tx) => {
        tx.put('entries', waiting({ seq: 2, lane: 'b', notBefore: year + 5_000, savedAt: year }))
        tx.put('entries', waiting({ seq: 3, lane: 'c', notBefore: 3 * year, savedAt: year }))
      })

      await recover(box.store, 'p', 1_000)

      const { entries } = await box.contents()
      expect(entries.map(({ dueAt }) => dueAt)).toEqual([0, 6_000, 1_000 + waitCapMs])
    })

    it('leaves a wait alone that can be right', async () => {
      const box = outbox()
      await box.accept([capture('')])
      const row = waiting({ seq: 2, lane: 'b', notBefore: waitCapMs, savedAt: 0 })
      await box.write(async (tx) => tx.put('entries', row))

      await recover(box.store, 'p', 5)

      expect((await box.contents()).entries[1]).toEqual(row)
    })
  })
})
