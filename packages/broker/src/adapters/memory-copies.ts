// Kept answers in memory.
import type { Copies } from '../core/ports.js'
import { bytesOf, type CopyBounds, type KeptCopy, makeRoom } from '../core/reads/kept-copy.js'

export function memoryCopies(): Copies {
  const partitions = new Map<string, ReadonlyMap<string, KeptCopy>>()
  const of = (partition: string) => new Map(partitions.get(partition))

  function tidy(all: Map<string, KeptCopy>, bounds: CopyBounds, now: number): void {
    const copies = [...all].map(([key, { answer, fetchedAt }]) => ({
      key,
      fetchedAt,
      bytes: bytesOf(key, answer),
    }))
    for (const { key } of makeRoom(copies, bounds, now).gone) all.delete(key)
  }

  return {
    find: async (partition, key) => structuredClone(of(partition).get(key)),
    async keep(partition, key, copy, bounds) {
      const all = of(partition)
      all.delete(key)
      if (bytesOf(key, copy.answer) <= bounds.bytesMax) {
        all.set(key, structuredClone(copy))
        tidy(all, bounds, copy.fetchedAt)
      }
      partitions.set(partition, all)
    },
    async drop(partition, key) {
      const all = of(partition)
      all.delete(key)
      partitions.set(partition, all)
    },
    clear: async (partition) => void partitions.delete(partition),
    async clearOthers(kept) {
      for (const other of [...partitions.keys()]) if (!kept.includes(other)) partitions.delete(other)
    },
  }
}
