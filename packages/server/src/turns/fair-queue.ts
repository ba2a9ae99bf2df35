// A fair queue. Users take turns, so a hundred items of one user do not stand before one item of another.

export interface FairQueue<Item> {
  readonly size: number
  add(user: string, item: Item): void
  /** Takes the first item of the user whose turn it is. */
  next(): Item | undefined
  /** Takes the newest item of the user who has most in the queue. */
  dropNewest(): Item | undefined
  /** False where the item is not in the queue any more. */
  remove(user: string, item: Item): boolean
}

export function createFairQueue<Item>(): FairQueue<Item> {
  // In the order in which the users are served. A user without items is not in the map.
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
