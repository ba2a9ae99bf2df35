import { describe, expect, it } from 'vitest'
import { deadLetter, waiting } from '../fixtures/entry.fixture.js'
import { newPartition } from '../outbox/partition.js'
import { entryVersion } from '../rows/entry.js'
import type { PartitionRow } from '../rows/rows.js'
import { type KnownRows, mergeCopies } from './merge-copies.js'

const known = (
  row: Partial<PartitionRow>,
  entries: KnownRows['entries'] = [],
  letters: KnownRows['letters'] = [],
) => ({
  row: { ...newPartition('p'), ...row },
  entries,
  letters,
})

describe('an outbox merged from the database and its copy', () => {
  it('does not let an older state of an entry in the copy replace the newer one', () => {
    const own = known({ nextSeq: 2 }, [waiting({ seq: 1, fence: 2, attempts: 2, server: 'idempotent' })])
    const copy = known({ nextSeq: 3 }, [waiting({ seq: 1, fence: 1, attempts: 1, server: 'idempotent' })])

    const { entries } = mergeCopies({ own, copy, witness: copy.row, now: 0 })

    expect(entries).toMatchObject([{ seq: 1, fence: 2, attempts: 2 }])
  })

  it('gives an entry a new place if its old one was taken before the copy could be read', () => {
    const own = known({ nextSeq: 3, owed: true }, [waiting({ seq: 2, id: 'new' })])
    const copy = known({ nextSeq: 3 }, [waiting({ seq: 1, id: 'a' }), waiting({ seq: 2, id: 'b' })])

    const { entries, row } = mergeCopies({ own, copy, witness: own.row, now: 0 })

    expect(entries.map(({ id, seq }) => [id, seq])).toEqual([
      ['a', 1],
      ['new', 2],
      ['b', 3],
    ])
    expect(row).toMatchObject({ nextSeq: 4, waiting: 3, lost: { restored: 2 } })
  })

  it('has a dead letter if the copy knows that the entry was returned', () => {
    const own = known({ nextSeq: 2 }, [waiting({ seq: 1 })])
    const copy = known({ nextSeq: 2, nextNumber: 2 }, [], [deadLetter({ seq: 1 })])

    const { entries, letters, row } = mergeCopies({ own, copy, witness: copy.row, now: 0 })

    expect([entries.length, letters.length]).toEqual([0, 1])
    expect(row).toMatchObject({ waiting: 0, dead: 1 })
    expect(row.lost).toBeUndefined()
  })

  it('P11 leaves the row of a newer release as it is, and its lane waits', () => {
    const newer = waiting({ seq: 1, version: entryVersion + 1 })
    const copy = known({ nextSeq: 3 }, [newer, waiting({ seq: 2, server: 'idempotent' })])

    const { entries } = mergeCopies({ own: known({}), copy, witness: copy.row, now: 0 })

    expect(entries[0]).toEqual(newer)
    expect(entries[1]).toMatchObject({ head: false })
  })

  it('counts as lost at most the entries accepted since, and at most the unsettled ones', () => {
    const lost = (witness: Partial<PartitionRow>, own: Partial<PartitionRow> = {}) => {
      const mine = known(own, own.waiting === undefined ? [] : [waiting({ seq: 1 })])
      return mergeCopies({ own: mine, copy: mine, witness: { ...newPartition('p'), ...witness }, now: 0 }).row
        .lost?.upTo
    }

    expect(lost({ nextSeq: 9, waiting: 3, dead: 1 })).toBe(4)
    expect(lost({ nextSeq: 9, waiting: 8, dead: 1 }, { nextSeq: 7, waiting: 1 })).toBe(2)
    expect(lost({ nextSeq: 7, nextNumber: 6, waiting: 1 }, { nextSeq: 7, waiting: 1 })).toBeUndefined()
  })
})
