// Keeps each mark in its place until all changes of the post are delivered. A delivered mark becomes a tick and
// leaves no gap that the others would move into.
import { useEffect, useState } from 'react'
import type { Mark } from '../broker/entries'

export interface Slot extends Omit<Mark, 'state'> {
  readonly state: Mark['state'] | 'delivered'
}

const tickMs = 2_200

export function useSlots(marks: readonly Mark[]): readonly Slot[] {
  const [slots, setSlots] = useState<readonly Slot[]>([])
  const next = merge(slots, marks)
  // While rendering, not in an effect, since no frame may show the gap.
  if (!isSame(slots, next)) setSlots(next)
  const areAllThrough = next.length > 0 && !next.some(({ state }) => isOnItsWay(state))
  useEffect(() => {
    if (!areAllThrough) return undefined
    const timer = setTimeout(
      () => setSlots((before) => before.filter(({ state }) => state !== 'delivered')),
      tickMs,
    )
    return () => clearTimeout(timer)
  }, [areAllThrough])
  return next
}

function merge(slots: readonly Slot[], marks: readonly Mark[]): readonly Slot[] {
  const byId = new Map(marks.map((mark) => [mark.id, mark]))
  const known = new Set(slots.map(({ id }) => id))
  const before = slots.flatMap((slot): readonly Slot[] => {
    const mark = byId.get(slot.id)
    if (mark !== undefined) return [mark]
    return slot.state === 'delivered' || isOnItsWay(slot.state) ? [{ ...slot, state: 'delivered' }] : []
  })
  return [...before, ...marks.filter(({ id }) => !known.has(id))]
}

const isOnItsWay = (state: Slot['state']): boolean =>
  state === 'capturing' || state === 'accepted' || state === 'paused'

const isSame = (some: readonly Slot[], others: readonly Slot[]): boolean =>
  some.length === others.length &&
  some.every(({ id, state }, place) => id === others[place]?.id && state === others[place]?.state)
