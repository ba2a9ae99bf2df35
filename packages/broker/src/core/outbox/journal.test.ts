import { describe, expect, it } from 'vitest'
import { waiting } from '../fixtures/entry.fixture.js'
import { outbox } from '../fixtures/outbox.fixture.js'
import { journalMax } from '../limits.js'
import { record } from './journal.js'
import { deactivate, readPartition } from './partition.js'

describe('a sign-out after more notes than the journal keeps', () => {
  it('leaves no words of any delivered entry on the disk, also the second time', async () => {
    const box = outbox()
    const signIn = () => box.activate('p')
    const signOut = () => box.write((tx) => deactivate(tx, 'p', 0))
    const note = (count: number) =>
      box.write(async (tx) => {
        const row = await readPartition(tx, 'p')
        for (let i = 0; i < count; i++)
          record(
            tx,
            row,
            waiting({ id: `e${row.nextNumber}`, lane: 'secret' }),
            { kind: 'delivered', answer: 'secret' },
            0,
          )
        tx.put('partitions', row)
      })
    await signIn()
    await note(journalMax + 1)
    await signOut()
    await signIn()
    await note(journalMax)
    await signOut()

    const { journal } = await box.contents()
    expect(
      journal.filter((one) => JSON.stringify(one).includes('secret')).map(({ number }) => number),
    ).toEqual([])
    expect(journal.length).toBeLessThanOrEqual(journalMax)
  }, 60_000)
})
