// What of the waiting changes can be taken back before a sign-out, and why the others cannot.
import { useState } from 'react'
import { type OutboxEntry, outboxEntries } from 'redux-broker'
import { useAppSelector } from '../app/store'
import { broker } from '../broker/broker'
import { cancelAll, hasReceipt } from '../broker/receipts'
import { usePolled } from '../ui/use-polled'

export interface TakeBack {
  /** Those of which nothing was sent, as far as is known. */
  readonly free: readonly string[]
  /** Why not the others; undefined where all are free. */
  readonly hindrance: string | undefined
  /** Resolves to whether nothing is left. */
  takeBack(): Promise<boolean>
}

export function useTakeBack(): TakeBack {
  const { waiting, entries } = useAppSelector((state) => state.broker)
  // Whether an entry was sent stands in its row only, and changes while the dialog is open.
  const { value: rows, again } = usePolled(readRows)
  const [late, setLate] = useState<readonly string[]>([])
  const sent = new Set([...(rows ?? []).filter(wasSent).map(({ id }) => id), ...late])
  const known = Object.values(entries).filter(({ state }) => isWaiting(state))
  const free = known.flatMap(({ id, state }) =>
    state !== 'inDoubt' && !sent.has(id) && hasReceipt(id) ? id : [],
  )
  const sentCount = known.filter(({ id, state }) => state === 'inDoubt' || sent.has(id)).length
  const strangeCount = waiting - free.length - sentCount
  return {
    free,
    hindrance: hindranceOf(sentCount, strangeCount),
    async takeBack() {
      const tooLate = await cancelAll(free)
      setLate((before) => [...before, ...tooLate])
      again()
      return tooLate.length === 0 && free.length === waiting
    },
  }
}

const readRows = (): Promise<readonly OutboxEntry[]> => outboxEntries(broker).catch(() => [])

/** Of an effect that nobody knows, or being sent at this moment. */
const wasSent = ({ state, effect }: OutboxEntry): boolean => state !== 'waiting' || effect === 'unknown'

const isWaiting = (state: string): boolean =>
  state === 'accepted' || state === 'capturing' || state === 'inDoubt'

function hindranceOf(sent: number, strange: number): string | undefined {
  const was = (count: number) => (count === 1 ? '1 was' : `${count} were`)
  const reasons = [
    ...(sent > 0 ? [`${was(sent)} sent already and may have arrived`] : []),
    // Only a receipt can take a change back, and it lives no longer than its page.
    ...(strange > 0 ? [`${was(strange)} tapped in another tab or before this page was loaded`] : []),
  ]
  return reasons.length === 0 ? undefined : `${reasons.join(', ')}.`
}
