// Kept answers in Cache Storage, in one cache for each user of each database, apart from the caches of the app's worker.

import type { Ports } from '../../core/ports/all-ports.js'
import type { AnswerCache } from '../../core/reads/cache/answer-cache-port.js'
import {
  answerBytes,
  type CacheBounds,
  makeRoom,
  type StoredAnswer,
  type StoredSize,
} from '../../core/reads/cache/cache-policy.js'
import type { ReadAnswer } from '../../core/reads/read-types.js'
import { isFull } from '../../core/rows/disk-reserve.js'

/** The parts of a copy beside its body. The request carries them for listing, and the response for reading. */
interface About extends StoredSize, Pick<ReadAnswer, 'status' | 'headers'> {}

export function cacheStorageAnswers(database: string, { report }: Pick<Ports, 'report'>): AnswerCache {
  const prefix = `redux-broker:${database}:`
  /** By partition, the bytes that may come before the cache is measured again. */
  const freeBytes = new Map<string, number>()
  const safely = reportingOnce(report)

  /** On a full disk what can be fetched again makes room for what cannot. */
  async function put(partition: string, key: string, copy: StoredAnswer): Promise<void> {
    try {
      await writeCopy(prefix + partition, key, copy)
    } catch (error) {
      if (!isFull(error)) throw error
      await clear(partition)
    }
  }

  async function keep(
    partition: string,
    key: string,
    copy: StoredAnswer,
    bounds: CacheBounds,
  ): Promise<void> {
    const bytes = answerBytes(key, copy.answer)
    if (bytes > bounds.bytesMax) return dropCopy(prefix + partition, key)
    await put(partition, key, copy)
    const free = (freeBytes.get(partition) ?? 0) - bytes
    freeBytes.set(partition, free < 0 ? await tidy(prefix + partition, bounds, copy.fetchedAt) : free)
  }

  async function clear(partition: string): Promise<void> {
    freeBytes.delete(partition)
    await caches.delete(prefix + partition)
  }

  async function clearOthers(kept: readonly string[]): Promise<void> {
    const names = (await caches.keys()).filter((name) => name.startsWith(prefix))
    const partitions = names.map((name) => name.slice(prefix.length))
    // The name of another database may begin with that of this one.
    const others = partitions.filter((other) => !kept.includes(other) && !other.includes(':'))
    await Promise.all(others.map(clear))
  }

  return {
    find: (partition, key) => safely(() => findCopy(prefix + partition, key)),
    keep: (partition, key, copy, bounds) => safely(() => keep(partition, key, copy, bounds)),
    drop: (partition, key) => safely(() => dropCopy(prefix + partition, key)),
    clear: (partition) => safely(() => clear(partition)),
    clearOthers: (kept) => safely(() => clearOthers(kept)),
  }
}

/** Undefined where there is no Cache Storage, or it fails. Reports the first failure. */
function reportingOnce(report: Ports['report']) {
  let sayBroken = (error: unknown) => {
    sayBroken = () => {}
    report(error)
  }
  return async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      // Outside of secure contexts it is missing. A sandboxed frame may not even ask for it.
      return typeof caches === 'undefined' ? undefined : await work()
    } catch (error) {
      sayBroken(error)
      return undefined
    }
  }
}

async function findCopy(cacheName: string, key: string): Promise<StoredAnswer | undefined> {
  const found = await caches.match(urlOfKey(key), { cacheName })
  if (found === undefined) return undefined
  const { status, headers, fetchedAt } = aboutOf(found)
  return { answer: { status, headers, body: await found.arrayBuffer() }, fetchedAt }
}

async function writeCopy(cacheName: string, key: string, { answer, fetchedAt }: StoredAnswer): Promise<void> {
  const { status, headers, body } = answer
  const about: About = { status, headers, fetchedAt, bytes: answerBytes(key, answer) }
  const cache = await caches.open(cacheName)
  const noted = { headers: { [aboutHeader]: JSON.stringify(about) } }
  // Never with the answer's own status and headers. `Vary` would choose, and some of them cannot be stored.
  await cache.put(new Request(urlOfKey(key), noted), new Response(body, noted))
}

async function dropCopy(cacheName: string, key: string): Promise<void> {
  if (await caches.has(cacheName)) await (await caches.open(cacheName)).delete(urlOfKey(key))
}

/** Deletes what is over the bounds. Gives how many bytes may come before it is called again. */
async function tidy(cacheName: string, bounds: CacheBounds, now: number): Promise<number> {
  const cache = await caches.open(cacheName)
  const copies = (await cache.keys()).map((request) => ({ request, ...aboutOf(request) }))
  const room = makeRoom(copies, bounds, now)
  await Promise.all(room.gone.map(({ request }) => cache.delete(request)))
  // Other tabs keep copies too, of which this one does not know.
  return Math.min(room.freeBytes, bounds.bytesMax / 8)
}

const aboutHeader = 'redux-broker-copy'

const aboutOf = ({ headers }: Pick<Response, 'headers'>): About =>
  JSON.parse(headers.get(aboutHeader) ?? '') as About

/** No URL of any app's, and another one for each key. */
const urlOfKey = (key: string) => `https://redux-broker.invalid/?${encodeURIComponent(key)}`
