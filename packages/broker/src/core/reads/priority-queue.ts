// A binary heap that knows where each of its items is: none of its work grows faster than the logarithm of its size.

interface Place<T> {
  readonly item: T
  /** The how-manieth push it was. */
  readonly turn: number
  readonly rank: number
  index: number
}

/** The smallest rank goes first, and of equal ones the one that came first. */
export interface PriorityQueue<T> {
  size(): number
  /** Of the first one. Infinite where there is none. */
  rank(): number
  /** An item is in it once at most. */
  push(item: T, rank: number): void
  /** Takes the first one out. */
  pop(): T | undefined
  /** Gives whether it was there. */
  remove(item: T): boolean
}

export function createPriorityQueue<T>(): PriorityQueue<T> {
  const heap: Place<T>[] = []
  const places = new Map<T, Place<T>>()
  let turn = 0

  function put(place: Place<T>, index: number): void {
    heap[index] = place
    place.index = index
  }

  function swap(upper: Place<T>, lower: Place<T>): void {
    const { index } = upper
    put(upper, lower.index)
    put(lower, index)
  }

  function rise(place: Place<T>): void {
    for (;;) {
      const parent = heap[(place.index - 1) >> 1]
      if (parent === undefined || isBefore(parent, place)) return
      swap(parent, place)
    }
  }

  function sink(place: Place<T>): void {
    for (;;) {
      const child = first(heap[2 * place.index + 1], heap[2 * place.index + 2])
      if (child === undefined || isBefore(place, child)) return
      swap(place, child)
    }
  }

  function take(place: Place<T>): void {
    places.delete(place.item)
    const last = heap.pop()
    if (last === undefined || last === place) return
    put(last, place.index)
    rise(last)
    sink(last)
  }

  return {
    size: () => heap.length,
    rank: () => heap[0]?.rank ?? Number.POSITIVE_INFINITY,
    push(item, rank) {
      const place = { item, rank, turn: turn++, index: heap.length }
      places.set(item, place)
      heap.push(place)
      rise(place)
    },
    pop() {
      const [place] = heap
      if (place !== undefined) take(place)
      return place?.item
    },
    remove(item) {
      const place = places.get(item)
      if (place !== undefined) take(place)
      return place !== undefined
    },
  }
}

const isBefore = (a: Place<unknown>, b: Place<unknown>) =>
  a.rank < b.rank || (a.rank === b.rank && a.turn < b.turn)

const first = <T>(left: Place<T> | undefined, right: Place<T> | undefined) =>
  left === undefined || right === undefined || isBefore(left, right) ? left : right
