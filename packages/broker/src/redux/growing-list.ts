// A list to which items are added without a copy.

/** The lists of one state after the other share an array. Each list is its first `length` items. */
export interface GrowingList<T> {
  readonly shared: T[]
  readonly length: number
}

/** The array is the list's own from here on. */
export const growingList = <T>(own: readonly T[]): GrowingList<T> => ({
  shared: own as T[],
  length: own.length,
})

export function withAdded<T>(list: GrowingList<T>, ...added: readonly T[]): GrowingList<T> {
  // Another state came after this one already, as in time travel. The array has the items of that one.
  if (list.shared.length > list.length) return growingList([...itemsOf(list), ...added])
  for (const item of added) list.shared.push(item)
  return growingList(list.shared)
}

/** An array that nobody else has. */
export const itemsOf = <T>({ shared, length }: GrowingList<T>, max: number = length): T[] =>
  shared.slice(Math.max(0, length - max), length)

export const lastOf = <T>({ shared, length }: GrowingList<T>): T | undefined => shared[length - 1]
