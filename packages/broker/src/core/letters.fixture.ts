// An outbox with letters, and what a person does with them, for the tests of the core.
import type { Capture } from './append.js'
import { capture } from './entry.fixture.js'
import type { SendingEntry } from './entry.js'
import { cancel, discard, findHeld, requeue } from './letters.js'
import { outbox } from './outbox.fixture.js'
import type { Outcome } from './outcome.js'

type Box = ReturnType<typeof outbox>
export const takeBack = (box: Box, id: string, partition = 'p') =>
  box.write((tx) => cancel(tx, partition, id, 9))
export const again = (box: Box, id: string, partition = 'p') =>
  box.write(async (tx) => {
    const letter = await findHeld(tx, partition, id)
    if (letter) await requeue(tx, letter, 'key-new', 9)
    return letter !== undefined
  })
export const letGo = (box: Box, id: string) =>
  box.write(async (tx) => {
    const letter = await findHeld(tx, 'p', id)
    if (letter) await discard(tx, letter, 9)
  })
export const heads = async (box: Box) =>
  (await box.contents()).entries.flatMap((entry) => (entry.dueAt === undefined ? [] : entry.id))

/** An outbox whose first entry, `a`, has been sent once and settled so; `b` and `c` wait in its lane. */
export async function after(outcome: Outcome, more: Partial<Capture> = {}) {
  const box = outbox()
  await box.activate()
  await box.accept([capture('a', more), capture('b'), capture('c')])
  const [entry] = await box.claim()
  await box.settle(entry as SendingEntry, outcome, { random: 0 })
  return box
}
