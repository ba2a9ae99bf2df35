// Kept answers in Cache Storage: one cache for each user of each database, apart from the caches of the app's worker.
import type { Copies, Ports } from '../core/ports.js'
import { bytesOf, type CopyBounds, type CopySize, type KeptCopy, makeRoom } from '../core/reads/kept-copy.js'
import type { ReadAnswer } from '../core/reads/line.js'
import { isFull } from '../core/room.js'

/** The parts of a copy beside its body. The request carries them for listing, and the response for reading. */
interface About extends CopySize, Pick<ReadAnswer, 'status' | 'headers'> {}

export function cacheCopies(database: string, { report }: Pick<Ports, 'report'>): Copies {
  const prefix = `redux-broker:${database}:`
  /** By partition: bytes that may come before somebody looks again how much there is. */
  const freeBytes = new Map<string, number>()

  let sayBroken = (error: unknown) => {
    sayBroken = () => {}
    report(error)
  }

  const safely = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      // Outside of secure contexts it is missing; a sandboxed frame may not even ask for it.
      return typeof caches === 'undefined' ? undefined : await work()
    } catch (error) {
      sayBroken(error)
      return undefined
    }
  }

  const find = async (partition: string, key: string): Promise<KeptCopy | undefined> => {
    const found = await caches.match(urlOf(key), { cacheName: prefix + partition })
    if (found === undefined) return undefined
    const { status, headers, fetchedAt } = aboutOf(found)
    return { answer: { status, headers, body: await found.arrayBuffer() }, fetchedAt }
  }

  /** On a full disk what can be fetched again makes room for what cannot. */
  async function put(partition: string, key: string, copy: KeptCopy): Promise<void> {
    try {
      await write(partition, key, copy)
    } catch (error) {
      if (!isFull(error)) throw error
      await clear(partition)
    }
  }

  async function write(partition: string, key: string, { answer, fetchedAt }: KeptCopy): Promise<void> {
    const { status, headers, body } = answer
    const about: About = { status, headers, fetchedAt, bytes: bytesOf(key, answer) }
    const cache = await caches.open(prefix + partition)
    const noted = { headers: { [aboutHeader]: JSON.stringify(about) } }
    // Never with the answer's own status and headers: `Vary` would choose, and some of them cannot be stored.
    await cache.put(new Request(urlOf(key), noted), new Response(body, noted))
  }

  async function keep(partition: string, key: string, copy: KeptCopy, bounds: CopyBounds): Promise<void> {
    const bytes = bytesOf(key, copy.answer)
    if (bytes > bounds.bytesMax) return drop(partition, key)
    await put(partition, key, copy)
    const free = (freeBytes.get(partition) ?? 0) - bytes
    freeBytes.set(partition, free < 0 ? await tidy(partition, bounds, copy.fetchedAt) : free)
  }

  async function tidy(partition: string, bounds: CopyBounds, now: number): Promise<number> {
    const cache = await caches.open(prefix + partition)
    const copies = (await cache.keys()).map((request) => ({ request, ...aboutOf(request) }))
    const room = makeRoom(copies, bounds, now)
    await Promise.all(room.gone.map(({ request }) => cache.delete(request)))
    // Other tabs keep copies too, of which this one does not know.
    return Math.min(room.freeBytes, bounds.bytesMax / 8)
  }

  async function drop(partition: string, key: string): Promise<void> {
    if (await caches.has(prefix + partition)) await (await caches.open(prefix + partition)).delete(urlOf(key))
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
    find: (partition, key) => safely(() => find(partition, key)),
    keep: (partition, key, copy, bounds) => safely(() => keep(partition, key, copy, bounds)),
    drop: (partition, key) => safely(() => drop(partition, key)),
    clear: (partition) => safely(() => clear(partition)),
    clearOthers: (kept) => safely(() => clearOthers(kept)),
  }
}

const aboutHeader = 'redux-broker-copy'

const aboutOf = ({ headers }: Pick<Response, 'headers'>): About =>
  JSON.parse(headers.get(aboutHeader) ?? '') as About

/** No URL of any app's, and another one for each key. */
const urlOf = (key: string) => `https://redux-broker.invalid/?${encodeURIComponent(key)}`
