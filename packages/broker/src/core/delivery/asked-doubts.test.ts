import { expect, it } from 'vitest'
import { waiting } from '../fixtures/entry.fixture.js'
import type { InDoubtEntry } from '../rows/entry.js'
import { type AskedDoubts, putOff, toAsk } from './asked-doubts.js'

const doubtOf = (at: number): InDoubtEntry =>
  ({
    ...waiting({ seq: 1, fence: 1 }),
    state: 'inDoubt',
    effect: 'unknown',
    trouble: { reason: 'retentionOver', at },
  }) as unknown as InDoubtEntry

it('an entry that comes into doubt a second time is asked about again, though nobody sent it meanwhile', () => {
  const asked: AskedDoubts = new Map()
  putOff(asked, [{ entry: doubtOf(10) }], () => Number.POSITIVE_INFINITY)

  expect(toAsk(asked, [doubtOf(10)], 99)).toEqual([])
  expect(toAsk(asked, [doubtOf(20)], 99)).toHaveLength(1)
})
