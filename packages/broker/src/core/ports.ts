// The needs of the core from the world, and the promises that each adapter keeps.

import type { Reachability } from './reachability.js'
import type { CopyBounds, KeptCopy } from './reads/kept-copy.js'
import type { ReadNetwork } from './reads/line.js'
import type { IndexName, PartitionRow, Rows, SaltRow, StoreName } from './schema.js'

export type Key = string | number | readonly Key[]

/** A span of one index (or of the primary key), both ends included, in IndexedDB's key order. */
export type Span<S extends StoreName = StoreName> = S extends StoreName
  ? { readonly store: S; readonly index?: IndexName<S> | undefined; readonly from: Key; readonly to: Key }
  : never

/** One transaction: its reads see its own writes, and all of its writes are kept or none. */
export interface StoreTransaction {
  get<S extends StoreName>(store: S, key: Key): Promise<Rows[S] | undefined>
  /** `limit`: at most `listMax`. */
  list<S extends StoreName>(span: Span<S>, limit: number): Promise<readonly Rows[S][]>
  /** The first key of the span in its index: cheaper than a row, since no body is read. */
  firstKey(span: Span): Promise<Key | undefined>
  /** The primary keys of all rows of the span. */
  keys(span: Span): Promise<readonly Key[]>
  put<S extends StoreName>(store: S, row: Rows[S]): void
  delete(store: StoreName, key: Key): void
}

export interface Store {
  /**
   * Resolves after the commit with what `work` gave. `work` awaits nothing but the transaction's own reads.
   * Rejects, with nothing kept, where `work` throws or the storage fails; with an error named `QuotaExceededError`
   * where there is no room. `strict` asks that the commit has
   * reached the disk. Where the connection was lost `work` runs a second time: its first run may even have been kept.
   */
  transact<T>(
    mode: 'readonly' | 'readwrite',
    durability: 'strict' | 'relaxed',
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T>
  close(): void
  /** Gives up what was kept back for a full disk. */
  makeRoom?(): Promise<void>
}

/** Has a new connection to a store to itself, before anybody else. Where it rejects, nobody gets the connection. */
export type Prepare = (transact: Store['transact']) => Promise<void>

/** A record of the outboxes outside of the database: its salts, and each partition's newest row. */
export interface Note {
  /** The first home's: all that a release before this one knows. */
  readonly salt?: string | undefined
  /** The rows of all homes; missing in a note of such a release. */
  readonly salts?: readonly SaltRow[]
  readonly partitions: readonly PartitionRow[]
}

/** A small file beside the database, which dies of other causes. */
export interface Notebook {
  /** Undefined where nothing was written yet. */
  read(): Promise<Note | undefined>
  /** Changes what is written, alone among all realms. Rejects where the file cannot be written. */
  change(change: (note: Note | undefined) => Note): Promise<void>
}

export interface Clock {
  /** Wall time in epoch milliseconds: may jump. */
  now(): number
  /** Milliseconds since some moment: never jumps. */
  monotonic(): number
  /** Calls back once, `ms` from now; returns what takes it back. */
  after(ms: number, callback: () => void): () => void
}

export interface Chance {
  /** Uniform in [0, 1). */
  random(): number
  /** 128 random bits as hexadecimal digits. */
  id(): string
  /** A one-way hash, as hexadecimal digits. */
  digest(text: string): Promise<string>
}

export interface WireRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | ArrayBuffer | undefined
}

/**
 * The end of one request. `failed` says nothing of the effect, whatever the browser believes of its connection: the
 * server may have acted. `unsent` did surely not leave. `invalid`: no request could be built, so nothing was sent and a
 * repeat would end the same.
 */
export type Reply =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Lower-case names. */
      readonly headers: Readonly<Record<string, string>>
      /** Undefined where it is longer than the request's `bytesMax`: the answer came, and its text is not known. */
      readonly body: string | undefined
    }
  | { readonly kind: 'redirect' }
  | { readonly kind: 'cut'; readonly status: number }
  | { readonly kind: 'invalid'; readonly message: string }
  /** `isThere`: whether the origin answered a knock afterwards; undefined where nobody knocked. */
  | { readonly kind: 'failed'; readonly timedOut: boolean; readonly isThere?: boolean }
  /**
   * Nobody answered a knock (`offline` where the browser says so too, else `unreachable`), or a gateway did (`http`); or
   * no connection came free (`busy`).
   */
  | {
      readonly kind: 'unsent'
      readonly reason: 'offline' | 'unreachable' | 'http' | 'busy'
      readonly httpStatus?: number | undefined
    }

export interface Network {
  /**
   * Follows no redirect, and reads the body to its end. Gives up when nothing has come for `timeoutMs`: no answer, or no
   * further part of one. Never rejects.
   */
  send(request: WireRequest, options: SendOptions): Promise<Reply>
  /**
   * Asks whether anybody is there, with a request that has no effect and no credentials. Gives the status, 0 where it
   * cannot be seen, undefined where nothing came. Never rejects.
   */
  knock(url: string, options: Pick<SendOptions, 'timeoutMs' | 'signal'>): Promise<number | undefined>
  /** The browser's belief about its connection: a hint to knock, and never a proof. */
  isOnline(): boolean
}

export interface SendOptions {
  readonly timeoutMs: number
  /** The longest answer whose body is kept, in bytes. */
  readonly bytesMax: number
  readonly signal: AbortSignal
  /**
   * Where to knock when the request fails, and before it leaves where the way to its origin is doubtful. `always`: also
   * wherever the origin has not answered a moment ago. `hold` is called when the request has to wait for a knock or a
   * connection. `mayLeave` is asked right before it leaves; `hasWaited` says whether it had to wait.
   */
  readonly knock?: {
    readonly url: string
    readonly always: boolean
    hold?(): void
    mayLeave?(hasWaited: boolean): Promise<boolean>
  }
}

export interface Locks {
  /** Whether a lock frees itself when its holder dies. Where not, only watched leases tell. */
  readonly available: boolean
  /**
   * Runs `work` alone among all that hold `name`; rejects with the signal's reason if it aborts before the grant.
   * `steal` waits for nobody: it takes the lock from its holder, whose `lost` then aborts.
   */
  hold(
    name: string,
    options: { readonly signal: AbortSignal; readonly steal?: boolean },
    work: (lost: AbortSignal) => Promise<void>,
  ): Promise<void>
}

/** Hints between realms: they may be lost or come twice, so the state is always read from the rows (R10). */
export interface Bus {
  post(hint: string): void
  listen(listener: (hint: string) => void): () => void
  close(): void
}

/** `mirror`: unsent rows lie in a second place too. `note`: only how many there are. */
export type BackupKind = 'mirror' | 'note' | 'none'

export interface Backup {
  kind(): BackupKind
  /** Resolves when all that was committed before lies in the second place too; soon in any case, if it does not answer. */
  copied(): Promise<void>
}

/**
 * The last answers of reads, kept apart for each user. None of these rejects: where the storage is missing or fails
 * there is no copy, and the failure is reported.
 */
export interface Copies {
  find(partition: string, key: string): Promise<KeptCopy | undefined>
  /** In place of an earlier one; what is over the bounds goes, the oldest first. */
  keep(partition: string, key: string, copy: KeptCopy, bounds: CopyBounds): Promise<void>
  drop(partition: string, key: string): Promise<void>
  clear(partition: string): Promise<void>
  /** Of all users but these. */
  clearOthers(partitions: readonly string[]): Promise<void>
}

/** The state of a device at a moment. Undefined where its browser does not say. */
export interface DeviceState {
  /** Whether its connection is commonly not paid for by the byte. */
  readonly unmetered?: boolean | undefined
  /** Whether its user asks to save data. */
  readonly saveData?: boolean | undefined
  /** `slow-2g`, `2g`, `3g` or `4g`: the kind of connection that it is as fast as. */
  readonly effectiveType?: string | undefined
  /** Whether this realm is a page that is looked at. */
  readonly visible?: boolean | undefined
}

export interface Device {
  now(): DeviceState
  /** Calls back when it may have become fit for what it was not; returns what ends that. */
  listen(listener: () => void): () => void
}

/** Local time. */
export interface Zone {
  /** Whole minutes that its clocks are ahead of UTC at a moment, in epoch milliseconds. */
  offsetMinutes(at: number): number
}

export interface Ports {
  readonly store: Store
  readonly clock: Clock
  readonly chance: Chance
  readonly network: Network
  readonly locks: Locks
  readonly bus: Bus
  /** Where else unsent rows, or at least their number, are kept. */
  readonly backup?: Backup
  /** Where answers of reads are kept; a browser's reads find Cache Storage by themselves. */
  readonly copies?: Copies
  /** Without it nothing is known of the device. */
  readonly device?: Device
  /** Without it local time is UTC. */
  readonly zone?: Zone
  /** The wire of reads; a browser's reads bring fetch along. */
  readonly reads?: ReadNetwork
  /** This realm's knowledge of the way to each origin. Without it nothing is known. */
  readonly reachability?: Reachability
  /** A user's callback or the world failed in a way that no outcome carries. Never throws. */
  report(error: unknown): void
}
