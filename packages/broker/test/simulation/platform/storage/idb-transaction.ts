// A transaction of IndexedDB. It is active in the task that made it, and while one of its requests is answered. It
// commits by itself once no request is left.
import { SimDomException, Target } from '../events.js'
import type { Realm } from '../realm.js'
import { type CommitFault, type Disk, type StoredDatabase, takeRoom } from './disk.js'
import { SimObjectStore } from './idb-object-store.js'
import { abortError, SimRequest } from './idb-request.js'
import type { Row } from './keys.js'
import { setRow, type Table, type Undo, undoAll } from './table.js'
import { type DiskTransaction, enqueue, leaveQueue } from './transaction-queue.js'

interface Pending {
  readonly request: SimRequest
  readonly work: () => unknown
}

export interface TransactionPlace {
  readonly realm: Realm
  readonly disk: Disk
  readonly database: StoredDatabase
}

export class SimTransaction extends Target implements DiskTransaction {
  oncomplete: (() => void) | null = null
  onabort: (() => void) | null = null
  onerror: (() => void) | null = null
  error: unknown = null
  isStarted = false
  isOver = false
  isActive = true
  readonly durability: string
  readonly place: TransactionPlace
  readonly mode: DiskTransaction['mode']
  readonly tables: readonly string[]
  readonly #requests: Pending[] = []
  readonly #undos: Undo[] = []
  #isAnswering = false
  #isCommitting = false

  constructor(
    place: TransactionPlace,
    mode: DiskTransaction['mode'],
    tables: readonly string[],
    durability = 'default',
  ) {
    super()
    this.place = place
    this.mode = mode
    this.tables = tables
    this.durability = durability
    place.realm.onDeath(() => {
      // A commit that is under way needs its realm no more. It may be lost all the same.
      if (!this.#isCommitting || place.disk.random.chance(0.5)) this.#end()
    })
    this.#deactivate()
    enqueue(place.database, this)
  }

  objectStore(name: string): SimObjectStore {
    const table = this.place.database.tables.get(name)
    if (table === undefined || !this.tables.includes(name))
      throw new SimDomException(`There is no store ${name} in this transaction.`, 'NotFoundError')
    return new SimObjectStore(this, table)
  }

  /** The disk lets the transaction begin. */
  start(): void {
    const { realm } = this.place
    realm.scheduler.after(this.#latency(), () => this.#next())
  }

  request(work: () => unknown): SimRequest {
    if (this.isOver || !this.isActive)
      throw new SimDomException('The transaction is not active.', 'TransactionInactiveError')
    const request = new SimRequest()
    request.transaction = this
    this.#requests.push({ request, work })
    return request
  }

  write(table: Table, key: Undo['key'], row: Row | undefined): void {
    this.#undos.push(setRow(table, key, row))
  }

  abort(error: unknown = null): void {
    if (this.isOver || this.#isCommitting)
      throw new SimDomException('The transaction has finished.', 'InvalidStateError')
    this.#fail(error)
  }

  commit(): void {
    if (this.isOver || !this.isActive)
      throw new SimDomException('The transaction is not active.', 'InvalidStateError')
    this.isActive = false
  }

  /** The connection was lost under it. */
  lose(): void {
    if (!this.isOver) this.#fail(new SimDomException('The connection was lost.', 'UnknownError'))
  }

  #latency(): number {
    return this.place.disk.random.between(0.02, 0.4)
  }

  #deactivate(): void {
    this.place.realm.scheduler.afterTask(() => {
      this.isActive = false
      if (this.isStarted && !this.#isAnswering) this.#next()
    })
  }

  #next(): void {
    if (this.isOver || this.#isCommitting || this.#isAnswering || !this.isStarted) return
    const next = this.#requests.shift()
    // The task that made the transaction is not over yet.
    if (next === undefined && this.isActive) return
    this.#isAnswering = true
    if (next === undefined) this.#beginCommit()
    else this.place.realm.post(this.#latency(), () => this.#answer(next))
  }

  #answer({ request, work }: Pending): void {
    this.#isAnswering = false
    if (this.isOver) {
      request.fail(abortError())
      return
    }
    this.isActive = true
    this.#deactivate()
    try {
      request.succeed(work())
    } catch (error) {
      request.fail(error)
      this.#fail(error)
    }
  }

  #beginCommit(): void {
    this.#isCommitting = true
    const { realm, disk } = this.place
    const ms = this.durability === 'strict' ? disk.random.between(0.3, 4) : disk.random.between(0.1, 1)
    realm.scheduler.after(ms, () => this.#commit())
  }

  #commit(): void {
    if (this.isOver) return
    const { disk, realm } = this.place
    const hasWritten = this.mode !== 'readonly' && this.#undos.length > 0
    const fault = hasWritten ? disk.faultsToCome.shift() : undefined
    this.#isCommitting = false
    const failure = failureOf(fault)
    if (failure !== undefined || (hasWritten && !takeRoom(disk, this.#undos, isReserve))) {
      this.#fail(failure ?? new SimDomException('There is no room.', 'QuotaExceededError'))
      return
    }
    disk.committed(this.#undos, this.durability === 'strict')
    this.isOver = true
    leaveQueue(this.place.database, this)
    const type = fault === 'lostKept' ? 'abort' : 'complete'
    realm.post(disk.random.between(0.02, 0.3), () => this.dispatchEvent({ type }))
  }

  #fail(error: unknown): void {
    if (this.isOver) return
    const requests = this.#requests.splice(0)
    this.#end()
    this.error = error
    this.place.realm.post(this.#latency(), () => {
      for (const { request } of requests) request.fail(abortError())
      this.dispatchEvent({ type: 'abort' })
    })
  }

  /** Undone, unless the disk has committed it. */
  #end(): void {
    if (this.isOver) return
    this.isOver = true
    undoAll(this.#undos)
    leaveQueue(this.place.database, this)
  }
}

/** Undefined where the commit is kept. */
function failureOf(fault: CommitFault | undefined): unknown {
  if (fault === 'aborts') return new SimDomException('The disk failed.', 'UnknownError')
  return fault === 'lostUnkept' ? abortError() : undefined
}

const isReserve = (row: Row) => row['name'] === 'reserve'
