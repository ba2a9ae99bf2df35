// A sorted list with a binary search. Each doubling of its size costs a few more comparisons.

interface QueuePlace<T> {
  readonly item: T
  /** The number of its push. */
  readonly turn: number
  readonly rank: number
}

/** The smallest rank goes first, and of equal ones the one that came first. */
export interface PriorityQueue<T> {
  size(): number
  /** The rank of the first item. Infinite where there is none. */
  rank(): number
  /** An item is in it once at most. */
  push(item: T, rank: number): void
  /** Takes the first one out. */
  pop(): T | undefined
  /** Gives whether the item was there. */
  remove(item: T): boolean
}

export function createPriorityQueue<T>(): PriorityQueue<T> {
  const sorted: QueuePlace<T>[] = []
  const places = new Map<T, QueuePlace<T>>()
  let turn = 0

  /** How many go before it. */
  function indexOf(place: QueuePlace<T>): number {
    let from = 0
    for (let to = sorted.length; from < to; ) {
      const middle = (from + to) >> 1
      if (isBefore(sorted[middle] as QueuePlace<T>, place)) from = middle + 1
      else to = middle
    }
    return from
  }

  function remove(item: T): boolean {
    const place = places.get(item)
    if (place !== undefined) sorted.splice(indexOf(place), 1)
    return places.delete(item)
  }

  return {
    size: () => sorted.length,
    rank: () => sorted[0]?.rank ?? Number.POSITIVE_INFINITY,
    push(item, rank) {
      const place = { item, rank, turn: turn++ }
      places.set(item, place)
      sorted.splice(indexOf(place), 0, place)
    },
    pop() {
      const [first] = sorted
      if (first !== undefined) remove(first.item)
      return first?.item
    },
    remove,
  }
}

const isBefore = (a: QueuePlace<unknown>, b: QueuePlace<unknown>) =>
  a.rank < b.rank || (a.rank === b.rank && a.turn < b.turn)
