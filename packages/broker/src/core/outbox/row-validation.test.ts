import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deadLetter, inDoubtEntry, sendingEntry, waiting } from '../fixtures/entry.fixture.js'
import { outbox, recover } from '../fixtures/outbox.fixture.js'
import { captureFor, createServer } from '../fixtures/server.fixture.js'
import { createExecutorWorld, type ExecutorWorld } from '../fixtures/world.fixture.js'
import { readOutboxChanges, readStart } from '../journal/outbox-changes.js'
import { type DeadLetter, type EntryRow, entryVersion, toRow } from '../rows/entry.js'
import type { JournalRow } from '../rows/rows.js'
import { last } from '../rows/spans.js'
import { isValidEntry, isValidJournalRow, toQuarantined } from './row-validation.js'

type Row = EntryRow | DeadLetter

const trouble = { reason: 'http', httpStatus: 500, at: 1, times: 1 }
const states: Readonly<Record<string, Row>> = {
  waiting: waiting({ trouble }),
  'being sent': toRow(sendingEntry()),
  'in doubt': toRow(inDoubtEntry()),
  dead: deadLetter(),
}

/** The row with something else in a place, as `request.url`. */
function damaged(row: Row, place: string, value: unknown): Row {
  const copy = structuredClone(row)
  const names = place.split('.')
  const field = names.pop() ?? ''
  const holder = names.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], copy)
  Object.assign(holder as object, { [field]: value })
  return copy
}

const fields = Object.entries({
  waiting: 'head notBefore savedAt firstSentAt trouble trouble.reason trouble.at trouble.times',
  'being sent': 'lease lease.owner lease.session lease.renewals',
  'in doubt': `version id key lane channel action action.type request request.url request.method
    request.headers request.body server onReturned bytes acceptedAt attempts failures fence effect state`,
  dead: 'reason returnedAt',
}).flatMap(([name, places]) => places.split(/\s+/).map((place) => [name, place] as const))

describe('a row', () => {
  it.each(Object.entries(states))('that is %s is readable as this release writes it', (_name, row) => {
    expect(isValidEntry(row)).toBe(true)
  })

  it.each(fields)('F16 F17 that is %s is not readable with something else for its %s', (name, place) => {
    for (const value of [null, Number.NaN, {}, ['x']])
      expect(isValidEntry(damaged(states[name] as Row, place, value))).toBe(false)
  })

  it.each([
    ['success', 7],
    ['success', { status: 200 }],
    ['success', { contentTypes: 'text/plain' }],
    ['refusedWhen', { path: '/errors' }],
    ['refusedWhen', [{ path: 7 }]],
    ['refusedWhen', [{ header: ['x'] }, { path: '/errors' }]],
    ['refusedWhen', ['/errors']],
    ['success', { status: ['200'] }],
    ['success', { contentTypes: [{ toString: 7 }] }],
    ['key', 'a\r\nb'],
    ['key', '李'],
    ['server', 'x'],
    ['onReturned', ''],
    ['effect', 'some'],
    ['attempts', -1],
    ['failures', 0.5],
    ['failures', -1e308],
    ['fence', 2 ** 53],
    ['bytes', -1],
    ['channel', ''],
    ['dueAt', 1],
    ['dueAt', 'x'],
    ['dueAt', undefined],
    ['unsure', 'sending'],
    ['head', false],
    ['notBefore', 7],
    ['trouble', { ...trouble, times: -1e308 }],
  ])('F16 is not readable with something else for its %s: %j', (place, value) => {
    expect(isValidEntry(damaged(waiting(), place, value))).toBe(false)
  })

  it.each([
    ['success', 'any2xx'],
    ['success', { status: [201], contentTypes: ['text/plain'] }],
    ['refusedWhen', [{ path: '/errors' }, { header: 'x-error', value: 'quota' }, { text: 'FAULT' }]],
  ])('is readable with its %s: %j', (place, value) => {
    expect(isValidEntry(damaged(waiting(), place, value))).toBe(true)
  })

  it('P11 of a newer release is not, and one of an older release is', () => {
    expect(isValidEntry(waiting({ version: entryVersion + 1 }))).toBe(false)
    expect(isValidEntry(waiting({ version: entryVersion - 1 }))).toBe(true)
  })

  it.each([
    ['https://evil.example/like', 'POST'],
    ['https://o.example.evil/like', 'POST'],
    ['javascript:0', 'POST'],
    ['https://o.example/like', 'TRACE'],
    ['https://o.example/like', 'CONNECT'],
  ])('SEC6 SEC7 that asks for what no capture gives is not: %s by %s', (url, method) => {
    const { request } = waiting()

    expect(isValidEntry(waiting({ request: { ...request, url, method } }))).toBe(false)
  })

  it.each([
    ['x y', '1'],
    ['', '1'],
    ['Accept', '1'],
    ['naïve', '1'],
    ['x:y', '1'],
    ['x', 'one\r\nhost: evil.example'],
    ['x', 'a\u0000b'],
    ['x', '字'],
    ['x', ' 1'],
  ])('SEC6 with a header that no `Headers` gives is not: %j with %j', (name, value) => {
    const { request } = waiting()

    expect(isValidEntry(waiting({ request: { ...request, headers: [[name, value]] } }))).toBe(false)
  })

  it('P11 has any headers that `Headers` gives', () => {
    const { request } = waiting()
    const headers = [...new Headers({ Accept: 'a, b;q=0.5', 'X-~!#$%&': ' é\t1 ', empty: '' })]

    expect(isValidEntry(waiting({ request: { ...request, headers } }))).toBe(true)
  })

  it.each(['string', new ArrayBuffer(2), undefined])('may have each kind of body', (body) => {
    const { request } = waiting()

    expect(isValidEntry(waiting({ request: { ...request, body } }))).toBe(true)
  })
})

describe('what is said of a row that cannot be read', () => {
  it('is what it says of itself, and whether a later release reads it', () => {
    expect(toQuarantined(waiting({ version: entryVersion + 1 }))).toEqual({
      id: 'id-1',
      lane: 'lane',
      type: 'liked',
      reason: 'newer',
    })
  })

  it('is what is left of it', () => {
    const row = { partition: 'p', seq: 7, version: 'x', action: null } as unknown as EntryRow

    expect(toQuarantined(row)).toEqual({ id: 'unreadable-7', lane: '', type: '', reason: 'damaged' })
  })
})

describe('a row of the journal', () => {
  const row: JournalRow = {
    partition: 'p',
    number: 1,
    kind: 'delivered',
    at: 0,
    entryId: 'a',
    seq: 1,
    lane: 'x',
    action: { type: 'liked' },
    attempts: 1,
  }

  it.each(['kind', 'at', 'entryId', 'seq', 'lane', 'action'])('needs its %s', (field) => {
    expect(isValidJournalRow(row)).toBe(true)
    expect(isValidJournalRow({ ...row, [field]: null })).toBe(false)
  })
})

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
      const all = { from: ['p'], to: ['p', last] }
      return [
        ...(await tx.list({ store: 'entries', ...all }, 99)),
        ...(await tx.list({ store: 'deadLetters', ...all }, 99)),
      ]
    })

  it('F16 SEC6 SEC29 leaves it as it is, sends nothing of it and delivers all else; pages start', async () => {
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
  it('P11 waits, and goes on with a release that can read it', async () => {
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
