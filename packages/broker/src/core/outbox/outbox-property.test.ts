// Whatever is done to an outbox, in whatever order: what its rows say of each other stays true.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolve } from '../delivery/status-query.js'
import { capture } from '../fixtures/entry.fixture.js'
import { type Contents, outbox, recover } from '../fixtures/outbox.fixture.js'
import { limits, type Step, step, users } from '../fixtures/outbox-steps.fixture.js'
import { type EntryRow, type LiveEntry, type SendingEntry, toRow } from '../rows/entry.js'
import type { JournalRow } from '../rows/rows.js'
import { confirmEntry, discardEntry, requeueEntry } from './dead-letters.js'
import { discardOutbox } from './discard-all.js'
import { cancelEntry } from './end-entry.js'
import { readActive } from './partition.js'

const doubtsOf = ({ entries }: Contents) =>
  entries.flatMap((entry) => (entry.state === 'inDoubt' ? entry : []))

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

function expectTruth({ row, entries, letters, journal }: Contents): void {
  // Counters say what the rows say, and never more than is allowed.
  expect(row.waiting).toBe(entries.length)
  expect(row.dead).toBe(letters.length)
  expect(row.bytes).toBe(sum([...entries, ...letters].map(({ bytes }) => bytes)))
  expect(row.waiting + row.dead).toBeLessThanOrEqual(limits.entriesMax)
  expect(row.bytes).toBeLessThanOrEqual(limits.bytesMax)
  // The journal has words in its latest notes only, and knows how many bytes of them.
  const worded = journal.filter(({ isWordless }) => !isWordless)
  for (const { number } of worded) expect(number).toBeGreaterThan(row.wordless ?? 0)
  expect(row.journalBytes ?? 0).toBe(sum(worded.map(({ bytes = 0 }) => bytes)))
  for (const { number } of journal) expect(number).toBeLessThan(row.nextNumber)
  // Nothing of it stays when its user has left, but that what was on its way has ended.
  if (row.left === row.session) expect(worded).toEqual([])
  // No place is given twice, and nothing is in two stores.
  const places = [...entries, ...letters].map(({ seq }) => seq)
  expect(new Set(places).size).toBe(places.length)
  for (const seq of places) expect(seq).toBeLessThan(row.nextSeq)
  // The index columns are those of the state.
  for (const entry of entries) expect(entry).toEqual(toRow(entry))
  for (const lane of new Set(entries.map((entry) => entry.lane)))
    expectOneFirst(lane, row.blockedLanes, entries)
}

/** One entry of a lane is its head, in flight or in doubt; none where a letter holds the lane back. */
function expectOneFirst(lane: string, blockedLanes: readonly string[], entries: readonly EntryRow[]): void {
  const first = entries.filter((entry) => entry.lane === lane && (entry.state !== 'waiting' || entry.head))
  expect(first).toHaveLength(blockedLanes.includes(lane) ? 0 : 1)
}

/** Runs the steps on an outbox of two users, and gives what is true after each. */
async function run(steps: readonly Step[]): Promise<void> {
  const box = outbox()
  const accepted = new Map<string, string>()
  const sent: SendingEntry[] = []
  /** All that was ever noted, by user and number. */
  const noted = new Map<string, JournalRow>()
  let time = 0
  await box.activate('p', { bytesMax: limits.bytesMax })
  const take = async (one: Step, user: 'p' | 'q') => {
    const before = await box.contents(user)
    const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % Math.max(from.length, 1)]
    switch (one.do) {
      case 'accept': {
        const { lane, bytes, blocks, plain, n } = one
        const onReturned = blocks ? 'block' : 'skip'
        const captures = Array.from({ length: n }, (_, i) =>
          capture(`${time}-${i}`, { lane, bytes, onReturned, server: plain ? 'plain' : 'idempotent' }),
        )
        const appended = await box.accept(captures, { partition: user, now: time, limits })
        for (const { id, status } of appended) if (status === 'accepted') accepted.set(id, user)
        return
      }
      case 'claim': {
        const active = await box.write(readActive)
        for (const partition of users) {
          const claimed = await box.claim({ partition, now: time, probe: 'signal', concurrencyMax: one.n })
          if (claimed.length > 0) expect(active?.partition).toBe(partition)
          for (const entry of claimed) expect(accepted.get(entry.id)).toBe(active?.partition)
          sent.push(...claimed)
        }
        return
      }
      case 'settle': {
        // One of the latest, most often still in flight.
        const entry = pick(sent.slice(-3), one.which)
        if (entry === undefined) return
        const row = (await box.contents(entry.partition)).entries.find(({ seq }) => seq === entry.seq)
        const holds = row?.state === 'sending' && row.fence === entry.fence
        expect(await box.settle(entry, one.outcome, { now: time, failuresMax: 3 })).toBe(holds)
        return
      }
      case 'cancel': {
        const entry: LiveEntry | undefined = pick(before.entries, one.which)
        if (entry === undefined) return
        const safe = entry.state === 'waiting' && entry.effect === 'none'
        expect(await box.write((tx) => cancelEntry(tx, user, entry.id, time))).toBe(
          safe ? 'cancelled' : 'tooLate',
        )
        return
      }
      case 'requeue':
      case 'discard': {
        const held = pick([...before.letters, ...doubtsOf(before)], one.which)
        if (held === undefined) return
        await box.write((tx) =>
          one.do === 'discard' ? discardEntry(tx, held, time) : requeueEntry(tx, held, `${time}`, time),
        )
        return
      }
      case 'confirm':
      case 'find out': {
        const doubt = pick(doubtsOf(before), one.which)
        if (doubt === undefined) return
        await box.write((tx) =>
          one.do === 'confirm'
            ? confirmEntry(tx, doubt, time)
            : resolve(tx, doubt, one.finding, { now: time, random: () => 0.5, failuresMax: 3 }),
        )
        return
      }
      case 'recover':
        await recover(box.store, user, time)
        return
      case 'discard all': {
        const { cancelled, uncertain, letters } = await discardOutbox(box.store, user, {
          now: () => time,
          onProgress: () => {},
        })
        expect(cancelled + uncertain).toBe(before.entries.length)
        expect(letters).toBe(before.letters.length)
        return
      }
      case 'activate':
        return box.activate(one.user, { bytesMax: limits.bytesMax })
    }
  }

  for (const [i, one] of steps.entries()) {
    // Most often within the day in which a server remembers, at times long after.
    time += i % 7 === 6 ? 1e9 : 1e7
    await take(one, i % 5 === 4 ? 'q' : 'p')
    const contents = await Promise.all(users.map((user) => box.contents(user)))
    contents.forEach(expectTruth)
    for (const { journal } of contents)
      for (const note of journal) noted.set(`${note.partition} ${note.number}`, note)
    // Nothing that was accepted is lost: it waits, lies dead, or its end is on record.
    for (const [id, user] of accepted) {
      const { entries, letters } = contents[user === 'p' ? 0 : 1] as Contents
      const ends = [...noted.values()].filter(
        ({ entryId, kind, ids = [] }) =>
          (entryId === id && /delivered|confirmed|cancelled|discarded/.test(kind)) || ids.includes(id),
      )
      const here = [...entries, ...letters].filter((entry) => entry.id === id)
      expect(ends.length + here.length).toBe(1)
    }
  }
}

describe('an outbox', () => {
  it('I1 I8 I11 keeps correct counts, one head in each lane and separate users, and loses nothing, after any operations', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), run), {
      seed: 6,
      numRuns: 300,
    })
  })
})
