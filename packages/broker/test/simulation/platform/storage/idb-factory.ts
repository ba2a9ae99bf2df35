// The databases of one disk, as one realm opens them.
import { SimDomException, Target } from '../events.js'
import type { Realm } from '../realm.js'
import { addTable, type Connection, createDatabase, type Disk, type StoredDatabase } from './disk.js'
import { SimObjectStore } from './idb-object-store.js'
import { SimRequest } from './idb-request.js'
import { SimTransaction } from './idb-transaction.js'

class SimDatabase extends Target implements Connection {
  onclose: (() => void) | null = null
  onversionchange: (() => void) | null = null
  readonly name: string
  readonly #stored: StoredDatabase
  readonly #realm: Realm
  readonly #disk: Disk
  readonly #running = new Set<SimTransaction>()
  #isClosed = false

  constructor(realm: Realm, disk: Disk, stored: StoredDatabase) {
    super()
    this.name = stored.name
    this.#stored = stored
    this.#realm = realm
    this.#disk = disk
    stored.connections.add(this)
    realm.onDeath(() => stored.connections.delete(this))
  }

  get version(): number {
    return this.#stored.version
  }

  get objectStoreNames(): { contains(name: string): boolean } {
    return { contains: (name) => this.#stored.tables.has(name) }
  }

  transaction(
    names: string | readonly string[],
    mode: 'readonly' | 'readwrite' | 'versionchange' = 'readonly',
    { durability }: { readonly durability?: string } = {},
  ): SimTransaction {
    if (this.#isClosed) throw new SimDomException('The connection is closed.', 'InvalidStateError')
    const place = { realm: this.#realm, disk: this.#disk, database: this.#stored }
    const tx = new SimTransaction(place, mode, typeof names === 'string' ? [names] : [...names], durability)
    for (const old of this.#running) if (old.isOver) this.#running.delete(old)
    this.#running.add(tx)
    return tx
  }

  createObjectStore(
    name: string,
    { keyPath }: { readonly keyPath: string | readonly string[] },
  ): SimObjectStore {
    const table = addTable(this.#stored, name, [keyPath].flat())
    return new SimObjectStore(undefined as never, table)
  }

  close(): void {
    this.#isClosed = true
    this.#stored.connections.delete(this)
  }

  lost(): void {
    this.close()
    for (const transaction of this.#running) transaction.lose()
    this.#realm.post(0.1, () => this.dispatchEvent({ type: 'close' }))
  }

  versionChange(): void {
    this.#realm.post(0.1, () => this.dispatchEvent({ type: 'versionchange' }))
  }
}

export class SimFactory {
  readonly #realm: Realm
  readonly #disk: Disk

  constructor(realm: Realm, disk: Disk) {
    this.#realm = realm
    this.#disk = disk
  }

  open(name: string, version?: number): SimRequest {
    const request = new SimRequest()
    this.#realm.post(this.#disk.random.between(0.5, 5), () => this.#opened(request, name, version))
    return request
  }

  deleteDatabase(name: string): SimRequest {
    const request = new SimRequest()
    const stored = this.#disk.databases.get(name)
    for (const connection of stored?.connections ?? []) connection.versionChange()
    this.#realm.post(this.#disk.random.between(0.5, 5), () => {
      if (stored !== undefined) {
        for (const connection of [...stored.connections]) connection.lost()
        if (this.#disk.databases.get(name) === stored) this.#disk.databases.delete(name)
      }
      request.succeed(undefined)
    })
    return request
  }

  #opened(request: SimRequest, name: string, wanted?: number): void {
    const stored = this.#disk.databases.get(name) ?? createDatabase(name)
    this.#disk.databases.set(name, stored)
    const version = wanted ?? (stored.version || 1)
    if (version < stored.version) {
      request.fail(new SimDomException('A newer version is stored.', 'VersionError'))
      return
    }
    const database = new SimDatabase(this.#realm, this.#disk, stored)
    request.result = database
    if (version === stored.version) {
      request.succeed(database)
      return
    }
    stored.version = version
    request.transaction = {
      objectStore: (table: string) =>
        new SimObjectStore(undefined as never, stored.tables.get(table) as never),
    }
    request.dispatchEvent({ type: 'upgradeneeded' })
    request.transaction = null
    this.#realm.post(this.#disk.random.between(0.1, 2), () => request.succeed(database))
  }
}
