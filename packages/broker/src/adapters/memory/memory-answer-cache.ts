// Kept answers in memory.
import type { AnswerCache } from '../../core/reads/cache/answer-cache-port.js'
import {
  answerBytes,
  type CacheBounds,
  makeRoom,
  type StoredAnswer,
} from '../../core/reads/cache/cache-policy.js'

export function memoryAnswerCache(): AnswerCache {
  const partitions = new Map<string, ReadonlyMap<string, StoredAnswer>>()
  const of = (partition: string) => new Map(partitions.get(partition))

  function tidy(all: Map<string, StoredAnswer>, bounds: CacheBounds, now: number): void {
    const copies = [...all].map(([key, { answer, fetchedAt }]) => ({
      key,
      fetchedAt,
      bytes: answerBytes(key, answer),
    }))
    for (const { key } of makeRoom(copies, bounds, now).gone) all.delete(key)
  }

  return {
    find: async (partition, key) => structuredClone(of(partition).get(key)),
    async keep(partition, key, copy, bounds) {
      const all = of(partition)
      all.delete(key)
      if (answerBytes(key, copy.answer) <= bounds.bytesMax) {
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
