// The doubts that an executor has asked about, each with the time from which it asks again.

import type { Clock } from '../platform.js'
import type { InDoubtEntry } from '../rows/entry.js'

interface Asked {
  readonly times: number
  /** In monotonic time. */
  readonly again: number
}

/** In the order in which they were asked about. */
export type AskedDoubts = Map<string, Asked>

/** An entry in doubt once more is another question. */
const doubtVersion = ({ id, fence, trouble }: InDoubtEntry) => `${id} ${fence} ${trouble?.at}`

/**
 * The doubts that may be asked about by now. The doubt that was asked about last stands last, so that no key holds up
 * another.
 */
export function toAsk<Entry extends InDoubtEntry>(
  asked: AskedDoubts,
  entries: readonly Entry[],
  now: number,
): readonly Entry[] {
  const order = [...asked.keys()]
  const placeOf = (entry: Entry) => order.indexOf(doubtVersion(entry))
  return entries.filter((entry) => againAt(asked, entry) <= now).sort((a, b) => placeOf(a) - placeOf(b))
}

const againAt = (asked: AskedDoubts, entry: InDoubtEntry): number =>
  asked.get(doubtVersion(entry))?.again ?? 0

/** The first of them was asked about, and the others wait with it. */
export function putOff(
  asked: AskedDoubts,
  [first, ...others]: readonly { readonly entry: InDoubtEntry }[],
  againAfter: (times: number) => number,
): void {
  if (first === undefined) return
  const key = doubtVersion(first.entry)
  const times = asked.get(key)?.times ?? 0
  const next: Asked = { times: times + 1, again: againAfter(times) }
  for (const { entry } of others) asked.set(doubtVersion(entry), next)
  asked.delete(key)
  asked.set(key, next)
}

/** Calls back when the next of those that were put off is due. */
export function wakeForNext(asked: AskedDoubts, clock: Clock, wake: () => void): void {
  const now = clock.monotonic()
  const again = Math.min(...[...asked.values()].map((one) => one.again).filter((at) => at > now))
  if (again < Number.POSITIVE_INFINITY) clock.after(again - now, wake)
}
