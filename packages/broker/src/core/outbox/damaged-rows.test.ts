import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waiting } from '../fixtures/entry.fixture.js'
import { outbox, recover } from '../fixtures/outbox.fixture.js'
import { captureFor, createServer } from '../fixtures/server.fixture.js'
import { damaged, fields, type Row, states } from '../fixtures/stored-rows.fixture.js'
import { createExecutorWorld, type ExecutorWorld } from '../fixtures/world.fixture.js'
import { readOutboxChanges, readStart } from '../journal/outbox-changes.js'
import { type EntryRow, entryVersion } from '../rows/entry.js'
import { maxKey } from '../rows/key-spans.js'
import { isValidEntry } from './row-validation.js'

describe('an outbox with a row that is damaged anywhere', () => {
  const damage = fc.record({
    row: fc.constantFrom(...Object.values(states)),
    place: fc.constantFrom(...fields.map(([, place]) => place), 'dueAt', 'unsure', '__proto__'),
    value: fc.constantFrom(
      undefined,
      null,
      0,
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '',
      'x',
      7n,
      true,
      {},
      [],
    ),
  })
  const put = ({ store }: ExecutorWorld, row: Row) =>
    store.transact('readwrite', 'strict', async (tx) => {
      if (row.state === 'dead') tx.put('deadLetters', row)
      else tx.put('entries', row as EntryRow)
    })
  const contents = ({ store }: ExecutorWorld) =>
    store.transact('readonly', 'relaxed', async (tx) => {
      const all = { from: ['p'], to: ['p', maxKey] }
      return [
        ...(await tx.list({ store: 'entries', ...all }, 99)),
        ...(await tx.list({ store: 'deadLetters', ...all }, 99)),
      ]
    })

  it('keeps and never sends that row, delivers all others, and pages start', async () => {
    let quarantined = 0
    await fc.assert(
      fc.asyncProperty(damage, async ({ row, place, value }) => {
        const bad = badRow(row, place, value)
        if (bad === undefined) return
        const sent: string[] = []
        const server = createServer(() => 'ok')
        const world = await createExecutorWorld({
          send: (wire, there) => {
            sent.push(wire.request.url)
            return server.send(wire, there)
          },
        })
        await world.accept([captureFor('a', 'x'), captureFor('b', 'y'), captureFor('c', 'y')])
        await put(world, bad)
        world.start().poke('signal')
        await world.run(600_000)

        expect(world.reports).toEqual([])
        expect(server.ledger.map(({ id }) => id).toSorted()).toEqual(expect.arrayContaining(['a', 'b', 'c']))
        await world.store.transact('readonly', 'relaxed', async (tx) => {
          await readStart(tx, 'p')
          await readOutboxChanges(tx, 'p', { seq: 0, number: 0 }, () => true)
        })
        if (isValidEntry(bad)) return
        quarantined += 1
        expect(sent).toHaveLength(3)
        expect(await contents(world)).toEqual([bad])
      }),
      { seed: 11, numRuns: 300 },
    )
    expect(quarantined).toBeGreaterThan(100)
  })

  /** Apart from the others, in a lane of its own; undefined where the row has no such place. */
  function badRow(row: Row, place: string, value: unknown): Row | undefined {
    try {
      return damaged({ ...row, seq: 900, id: 'bad', lane: 'bad' }, place, value)
    } catch {
      return undefined
    }
  }
})

describe('a lane whose next entry cannot be read', () => {
  it('P11 waits, and goes on in a release that can read the row', async () => {
    const box = outbox()
    await box.activate()
    await box.accept([captureFor('a', 'x')])
    const newer = waiting({ seq: 2, id: 'b', lane: 'x', head: false, version: entryVersion + 1 })
    await box.write(async (tx) => tx.put('entries', newer))
    const [a] = await box.claim()
    if (a) await box.settle(a, { kind: 'delivered', httpStatus: 200, answer: {} })

    expect(await box.claim()).toEqual([])
    expect((await box.contents()).entries).toEqual([newer])
    await box.write(async (tx) => tx.put('entries', { ...newer, version: entryVersion }))
    await recover(box.store, 'p', 0)

    expect(await box.claim()).toMatchObject([{ id: 'b' }])
    expect((await box.contents()).row.stuckLanes).toEqual([])
  })
})
