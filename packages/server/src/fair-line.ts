// A line of those who wait, in which users take turns: a hundred of one user do not stand before one of another.

export interface FairLine<Item> {
  readonly size: number
  add(user: string, item: Item): void
  /** Takes the next out of the line: the first of the user whose turn it is. */
  next(): Item | undefined
  /** Takes the newest of the user who has most in the line. */
  dropNewest(): Item | undefined
  /** False where it is not in the line any more. */
  remove(user: string, item: Item): boolean
}

export function createFairLine<Item>(): FairLine<Item> {
  // In the order in which the users are served. A user without items is not in it.
  const itemsOf = new Map<string, Item[]>()
  let size = 0

  const took = (user: string, items: readonly Item[]): void => {
    size -= 1
    if (items.length === 0) itemsOf.delete(user)
  }
  return {
    get size() {
      return size
    },
    add(user, item) {
      const items = itemsOf.get(user)
      if (items === undefined) itemsOf.set(user, [item])
      else items.push(item)
      size += 1
    },
    next() {
      for (const [user, items] of itemsOf) {
        const item = items.shift()
        itemsOf.delete(user)
        if (items.length > 0) itemsOf.set(user, items)
        size -= 1
        return item
      }
      return undefined
    },
    dropNewest() {
      let longest: [user: string, items: Item[]] | undefined
      for (const lane of itemsOf) if (lane[1].length >= (longest?.[1].length ?? 0)) longest = lane
      if (longest === undefined) return undefined
      const item = longest[1].pop()
      took(...longest)
      return item
    },
    remove(user, item) {
      const items = itemsOf.get(user) ?? []
      const index = items.indexOf(item)
      if (index < 0) return false
      items.splice(index, 1)
      took(user, items)
      return true
    },
  }
}
