// A device whose storage fails as browsers' storage does. Its database may be wiped or forget its last commits. A copy
// and a note live elsewhere, and the realms over all of them die at any step.
import { memoryStore } from '../adapters/memory-store.js'
import { type BackedUpStore, backedUp } from './backup.js'
import { bringBack } from './bring-back.js'
import { level } from './level.js'
import { copyMsMax } from './limits.js'
import type { Note, Notebook, Prepare, Store } from './ports.js'
import { type StoreName, schema, within } from './schema.js'

export interface Realm extends BackedUpStore {
  isAlive(): boolean
  kill(): void
  /** Steps towards any storage so far. */
  steps(): number
}

export interface Device {
  /** Opens its database at its first use. `steps`: how many it takes before it dies. */
  realm(options?: { readonly steps?: number }): Realm
  /** All databases of the origin are gone; who has one open has to open it anew. */
  wipe(): void
  /** The copy's place is emptied too. */
  wipeCopy(): void
  wipeNote(): void
  /** Remembers the database as it is, for `forget`. */
  remember(): Promise<void>
  /** The last commits vanish, without a sign: what was remembered is all there is. */
  forget(): void
  /** So many transactions of the copy fail from now on. */
  breakCopy(times: number): void
  readonly copy: Store
  note(): Note | undefined
  /** Until all that can go on has gone on. */
  quiet(): Promise<void>
}

export function createDevice({ hasCopy = true, hasNote = true } = {}): Device {
  let disk = { store: memoryStore() }
  let remembered = { store: memoryStore() }
  let copy = memoryStore()
  let failures = 0
  let note: Note | undefined
  let tail: Promise<unknown> = Promise.resolve()

  const copyNow: Store = {
    close() {},
    transact: (...given) =>
      failures-- > 0 ? Promise.reject(new Error('cannot be read')) : copy.transact(...given),
  }
  const notebook: Notebook = {
    read: async () => note,
    change(change) {
      tail = tail.then(() => {
        note = structuredClone(change(structuredClone(note)))
      })
      return tail.then(() => {})
    },
  }

  return {
    realm: (options = {}) =>
      createRealm({
        ...options,
        disk: () => disk,
        copy: hasCopy ? copyNow : undefined,
        notebook: hasNote ? notebook : undefined,
      }),
    wipe() {
      disk = { store: memoryStore() }
    },
    wipeCopy() {
      copy = memoryStore()
    },
    wipeNote() {
      note = undefined
    },
    async remember() {
      remembered = { store: await duplicate(disk.store) }
    },
    forget() {
      disk = remembered
    },
    breakCopy(times) {
      failures = times
    },
    get copy() {
      return copy
    },
    note: () => note,
    quiet,
  }
}

interface Disk {
  readonly store: Store
}

interface RealmContext {
  readonly steps?: number
  readonly copy: Store | undefined
  readonly notebook: Notebook | undefined
  disk(): Disk
}

function createRealm({
  steps: lifetime = Number.POSITIVE_INFINITY,
  disk,
  copy,
  notebook,
}: RealmContext): Realm {
  let alive = true
  let steps = 0
  const lives = () => {
    if (alive && steps++ >= lifetime) alive = false
    return alive
  }
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!lives()) return forever()
    const result = await work()
    return lives() ? result : forever()
  }
  const stepped = (store: Store): Store => ({
    close() {},
    transact: (...given) => step(() => store.transact(...given)),
  })
  const store = backedUp(
    (prepare) => connecting(disk, prepare, (at) => stepped(at.store)),
    {
      copy: copy && stepped(copy),
      repair: async () => ({ bringBack, level }),
      notebook: notebook && {
        read: () => step(notebook.read),
        change: (change) => step(() => notebook.change(change)),
      },
    },
    {
      now: () => 1_000,
      // A copy that does not answer is waited for; all else that takes time takes none here.
      after(ms, callback) {
        if (ms !== copyMsMax) queueMicrotask(callback)
        return () => {}
      },
    },
  )
  return {
    ...store,
    isAlive: () => alive,
    kill: () => {
      alive = false
    },
    steps: () => steps,
  }
}

/** Connects at the first use, and anew where another database lies there by then. */
function connecting(disk: () => Disk, prepare: Prepare, over: (disk: Disk) => Store): Store {
  let connection: { readonly disk: Disk; readonly ready: Promise<void> } | undefined
  const connect = (): Promise<void> => {
    const at = disk()
    if (connection?.disk !== at) connection = { disk: at, ready: prepare(over(at).transact) }
    return connection.ready
  }
  return {
    close() {},
    async transact(...given) {
      await connect()
      return over(disk()).transact(...given)
    },
  }
}

const forever = <T>() => new Promise<T>(() => {})

async function quiet(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

async function duplicate(store: Store): Promise<Store> {
  const twin = memoryStore()
  for (const name of Object.keys(schema) as StoreName[]) {
    const rows = await store.transact('readonly', 'relaxed', (tx) => tx.list(within(name, []), 1e6))
    await twin.transact('readwrite', 'strict', async (tx) => {
      for (const row of rows) tx.put(name, row as never)
    })
  }
  return twin
}
