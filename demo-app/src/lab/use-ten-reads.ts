// The ten askers of one click, and what becomes of each.
import { useCallback, useEffect, useRef, useState } from 'react'
import { watchReads } from 'redux-broker'
import { broker } from '../broker/broker'
import type { Wish } from '../broker/reads'
import { type Asker, type End, tenWishes, type Way, ways } from './ten-reads'

export interface Row extends Wish {
  readonly state: 'idle' | 'waiting' | 'sent' | End
  /** The number of the request among those of the click, from 1. */
  readonly order?: number
}

interface TenReads {
  readonly rows: readonly Row[]
  ask(way: Way): void
  /** Asks anew as more urgent, which makes the shared request so, and leaves the earlier place. */
  raise(place: number, priority: number): void
  cancel(place: number): void
}

interface Place extends Wish {
  readonly end?: End
}

/** `order` is the scheduler's count, which may have sent the request before this tab asked for it too. */
interface Sent {
  readonly path: string
  readonly order: number
}

const byOrder = (a: Sent, b: Sent) => a.order - b.order

export function useTenReads(): TenReads {
  const askers = useRef<Asker[]>([])
  const wayOf = useRef<Way>('redux')
  const [places, setPlaces] = useState<readonly Place[]>()
  const [sent, setSent] = useState<readonly Sent[]>([])

  useEffect(
    () =>
      watchReads(broker, ({ kind, url, order }) => {
        if (kind !== 'sent' || order === undefined) return
        setSent((before) => [...before, { path: new URL(url).pathname, order }].sort(byOrder))
      }),
    [],
  )
  // A component that is gone wants nothing any more.
  useEffect(() => () => leaveAll(askers.current), [])

  const seat = useCallback((place: number, asker: Asker) => {
    askers.current[place] = asker
    void asker.end.then((end) => {
      if (askers.current[place] === asker) setPlaces((before) => changed(before, place, { end }))
    })
  }, [])

  return {
    rows: (places ?? tenWishes).map((place) => rowOf(place, places !== undefined, sent)),
    ask(way) {
      leaveAll(askers.current)
      wayOf.current = way
      setPlaces(tenWishes)
      setSent([])
      for (const [place, wish] of tenWishes.entries()) seat(place, ways[way](wish))
    },
    raise(place, priority) {
      const wish = places?.[place]
      if (wish === undefined) return
      const earlier = askers.current[place]
      setPlaces((before) => changed(before, place, { priority }))
      seat(place, ways[wayOf.current]({ ...wish, priority }))
      earlier?.leave()
    },
    cancel: (place) => askers.current[place]?.leave(),
  }
}

const leaveAll = (askers: readonly Asker[]): void => {
  for (const asker of askers) asker.leave()
}

const changed = (places: readonly Place[] | undefined, place: number, change: Partial<Place>) =>
  places?.map((one, at) => (at === place ? { ...one, ...change } : one))

function rowOf({ path, priority, end }: Place, isAsked: boolean, sent: readonly Sent[]): Row {
  // A read from before the click belongs to no asker.
  const order = isAsked ? sent.findIndex((one) => one.path === path) + 1 : 0
  const state = end ?? (order > 0 ? 'sent' : isAsked ? 'waiting' : 'idle')
  return { path, priority, state, ...(order > 0 && { order }) }
}
