// The stored rows as types. Their column names stay as they are, since a newer release reads the rows of an older one.

import type { SessionRules } from './answer-rules.js'
import type { DeadLetter, EntryCore, EntryRow, StoredAction } from './entry.js'

/**
 * One user's outbox. Its counters are kept in the transaction that changes what they count. A transaction reads its own
 * copy of the row, changes it and puts it back. Each part below is one concern. The fields are stored flat.
 */
export type PartitionRow = PartitionIdentity &
  PartitionCounters &
  PartitionLanes &
  PartitionSession &
  PartitionJournal &
  PartitionLosses &
  AppSettings

/** The owner of the outbox. */
interface PartitionIdentity {
  readonly partition: string
  /** The name of the session of its app, where that is not the first app of the device. */
  home?: string
}

/** Numbers that are given away once, and the size of the outbox. */
interface PartitionCounters {
  nextSeq: number
  nextNumber: number
  waiting: number
  dead: number
  bytes: number
  /** Counts the claims of all its entries. */
  claims?: number
  /** Counts how often the leader lock was taken away. An executor that began before the last time claims nothing more. */
  steals?: number | undefined
}

/** The places where executors and pages look for work. */
interface PartitionLanes {
  /** Origins, with what their entries need, that entries were captured for. */
  channels: readonly string[]
  /** Some of the lanes that a dead letter holds back, for an earlier release. The index of the letters knows all. */
  blockedLanes: readonly string[]
  /** Lanes whose next entry could not be read when its turn came. A release that can read it makes it the head. */
  stuckLanes?: readonly string[]
  /** The latest attempts that did not end their entries. */
  tried?: readonly LatestAttempt[]
}

/** Whether the user's session lets entries be sent. */
interface PartitionSession {
  /** Counts the sign-ins. An attempt of an earlier session says nothing of the present one. */
  session: number
  paused?: PauseReason
  /** When the server last ended the session, or was last asked about it during the pause, in epoch milliseconds. */
  askedAt?: number
  /** The last word of the session's probe, where it did not tell, or was a redirect. It means the pause. */
  unclear?: Failure | undefined
  /** Origins that took an entry in this session. */
  proven?: readonly string[] | undefined
  /** The session in which its user signed out. A later session means that they are back. */
  left?: number | undefined
}

/** How far pages have read the journal, and its size. */
interface PartitionJournal {
  /** How far in the journal some page has shown what happened. */
  told?: number
  /** How far the notes of the journal have lost their words. */
  wordless?: number | undefined
  /** Bytes of the journal's words. */
  journalBytes?: number | undefined
}

/** Losses of the browser's storage. */
interface PartitionLosses {
  /** How often the database began anew under it. */
  wipes?: number
  /** The database began anew while its copy could not be read. The rows of the copy are still to be given back. */
  owed?: boolean
  /** Work that the browser's storage lost, until a person has taken note of it. */
  lost?: Loss
}

/** The app's settings for all of its requests. They are kept in the row, since a worker may be alone. */
export interface AppSettings {
  /** A URL that answers well while the session is good. */
  sessionProbe?: string | undefined
  /** How the server says that a session is over, where the app says it. */
  sessionRules?: SessionRules | undefined
  /** A URL that tells what became of a request, by its key in place of `:key`. */
  statusQuery?: string | undefined
  /** A URL that answers a HEAD at no cost. */
  knock?: string | undefined
  /** Names of the functions that the app's present release gives to every request. */
  needs?: readonly string[]
  /** Bytes that the app gives to the whole outbox. */
  bytesMax?: number
}

/** The result of a storage that forgot accepted work. */
export interface Loss {
  /** Entries and dead letters that are gone, at most so many, since the last of them may have ended before. */
  readonly upTo: number
  /** Entries that a copy brought back. */
  readonly restored: number
  /** When it was found, in epoch milliseconds. */
  readonly at: number
}

export type PauseReason = 'auth' | 'principal'

/** The fate of an entry after its acceptance, kept for pages that did not see it happen. */
export interface JournalRow {
  readonly partition: string
  readonly number: number
  readonly kind:
    | 'delivered'
    | 'confirmed'
    | 'returned'
    | 'cancelled'
    | 'discarded'
    | 'requeued'
    | 'doubted'
    | 'emptied'
  readonly at: number
  readonly entryId: string
  readonly seq: number
  readonly lane: string
  readonly action: StoredAction
  /** How often it was sent by then. */
  readonly attempts: number
  readonly answer?: unknown
  readonly reason?: string
  readonly httpStatus?: number | undefined
  readonly problem?: unknown
  /** Of `emptied`: all that was given up at once, of which this is the last. */
  readonly ids?: readonly string[]
  /** Bytes of its words. */
  readonly bytes?: number
  /** Of its entry only the lane and the type are left. It is shown to pages that know the rest. */
  readonly isWordless?: boolean
}

/** The salt of the app that lies at a base and below it. Without a base it is the root's. */
export interface SaltRow {
  readonly name: HomeName<'salt'>
  readonly value: string
  readonly base?: string | undefined
}

/** The session of an app, as a page last named it. `principal` is '' from `discardAll` to the next capture. */
export interface SessionRow {
  readonly name: HomeName<'active'>
  readonly partition: string
  readonly principal: string
  readonly base?: string | undefined
  /** The base of that page, which may lie below the app's, or the path of a page whose base nobody knows. */
  readonly from?: string | undefined
  /** When it named it, in epoch milliseconds. */
  readonly at?: number | undefined
}

export type SettingRow =
  | SaltRow
  | SessionRow
  /** Nothing but room, for a full disk. */
  | { readonly name: 'reserve'; readonly value: Uint8Array<ArrayBuffer> }

/** The first app of a device has the plain name; others add a colon and the base that they came with. */
type HomeName<Kind extends string> = Kind | `${Kind}:${string}`

export interface Rows {
  entries: EntryRow
  deadLetters: DeadLetter
  journal: JournalRow
  partitions: PartitionRow
  origins: OriginRow
  settings: SettingRow
}

export type StoreName = keyof Rows

export type Cooldown =
  /**
   * No connection, or something between that answers in the application's place. Or `prepareHeaders` throws, while the
   * `awayStreak` is 0. It lasts until a probe succeeds.
   */
  | { readonly kind: 'away' }
  /** The server named a time. */
  | { readonly kind: 'told'; readonly until: number; readonly rounds: number }
  /** Three lanes failed with no success between. */
  | { readonly kind: 'failing'; readonly until: number; readonly rounds: number }

export interface OriginRow {
  readonly origin: string
  /** Attempts since the application last answered that did not reach it. */
  readonly awayStreak: number
  /** Lanes that failed since the last success, or whose `prepareHeaders` threw, at most three. */
  readonly failedLanes: readonly string[]
  /** When it was last missed, or asked while it rested. */
  readonly probedAt: number
  readonly rest?: Cooldown | undefined
  /** How long it remembers keys, as it last said. */
  readonly retentionMs?: number | undefined
  /** Whether its application has ever answered an entry of this browser. */
  readonly answered?: boolean | undefined
  /** Why the last attempt came to nothing. */
  readonly lastFailure?: LastFailure | undefined
}

/** Why a request came to nothing. */
export interface Failure {
  readonly reason: string
  readonly httpStatus?: number | undefined
  /** The media type of an answer that was not taken for the application's; empty where it had none. */
  readonly came?: string | undefined
}

/** With the reason of the entry that met it, or of the session's probe that could have decided. */
export interface LastFailure extends Failure {
  readonly at: number
  readonly server: EntryCore['server']
}

/** The result of the last attempt of an entry. */
export interface LatestAttempt {
  readonly id: string
  /** How often it was sent. */
  readonly attempts: number
  /** Undefined where nothing has gone wrong since it was accepted or requeued. */
  readonly reason?: string | undefined
  readonly httpStatus?: number | undefined
  /** In epoch milliseconds. Undefined where it waits for the network, a sign-in or a person. */
  readonly nextTryAt?: number | undefined
}
