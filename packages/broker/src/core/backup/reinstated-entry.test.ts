import { describe, expect, it } from 'vitest'
import { inDoubtEntry, sendingEntry, waitingEntry } from '../fixtures/entry.fixture.js'
import type { LiveEntry } from '../rows/entry.js'
import { reinstated } from './reinstated-entry.js'

const how = { head: true, mayHaveEnded: false, now: 50 }
const live: readonly (readonly [string, LiveEntry])[] = [
  ['waits behind its head', waitingEntry({ head: false })],
  ['waits as head', waitingEntry({ head: true })],
  ['waits with an unknown effect', waitingEntry({ effect: 'unknown', attempts: 1 })],
  ['is being sent', sendingEntry()],
  ['is in doubt', inDoubtEntry()],
]

describe.each(live)('an entry that %s when the storage loses work', (_, entry) => {
  it('is in doubt, where it may not be repeated', () => {
    expect(reinstated(entry, how).state).toBe('inDoubt')
  })

  it('keeps its identity', () => {
    const { id, seq, key, lane, channel, partition, request, action, acceptedAt, bytes, server } = entry

    expect(reinstated(entry, how)).toMatchObject({
      ...{ id, seq, key, lane, channel, partition, request, action, acceptedAt, bytes, server },
    })
  })

  it('is not mutated', () => {
    const before = structuredClone(entry)
    reinstated(entry, how)

    expect(entry).toEqual(before)
  })
})
