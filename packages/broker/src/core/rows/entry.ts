// One captured write, as it is stored in each of its states.
import type { AnswerMark, Success } from './answer-rules.js'

/** The version of the row's own format; a row of a newer one is left alone. */
export const entryVersion = 1

/** Whether some attempt may have taken effect on the server. */
export type Effect = 'none' | 'unknown'

/** Whether the server honours the Idempotency-Key, so that a resend is harmless. */
export type ServerKind = 'idempotent' | 'plain'

/** The fate of a lane whose entry was returned. The later ones go on, or wait for a person. */
export type OnReturned = 'skip' | 'block'

/** Whether a person is asked, or the request repeated, where it may have had effect and must not be repeated. */
export type OnUnknownEffect = 'ask' | 'repeat'

export interface StoredRequest {
  /** Absolute. */
  readonly url: string
  readonly method: string
  /** Lower-case names; credentials are never among them. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | ArrayBuffer | undefined
}

/** Why the last attempt did not end the entry. */
export interface Trouble {
  readonly reason: string
  readonly httpStatus?: number | undefined
  readonly at: number
  /** How many attempts have ended for this reason, most since its origin was last away. The waits grow with it. */
  readonly times: number
  /** As many by their reasons, as of the attempt before. */
  readonly earlier?: Readonly<Record<string, number>>
}

/** The fields of an entry from its acceptance to its end. */
export interface EntryCore {
  readonly version: number
  readonly partition: string
  /** The place in the order of commits. */
  readonly seq: number
  readonly id: string
  /** The Idempotency-Key, the same for every attempt. */
  readonly key: string
  readonly lane: string
  /** The origin it goes to and the functions it needs. An executor claims only the channels that it serves. */
  readonly channel: string
  readonly action: StoredAction
  readonly request: StoredRequest
  readonly server: ServerKind
  /** The marks of success, where the route or the broker names them. */
  readonly success?: Success
  /** Marks of an answer that means refusal, whatever its status. */
  readonly refusedWhen?: readonly AnswerMark[]
  readonly onReturned: OnReturned
  /** Whether a repeat does no harm, where the route says so. Its method decides else. */
  readonly repeatable?: boolean | undefined
  /** Sent again where its effect is unknown, though that may double it. */
  readonly onUnknownEffect?: OnUnknownEffect | undefined
  readonly bytes: number
  readonly acceptedAt: number
  /** Every send. */
  readonly attempts: number
  /** Sends that count against the maximum. */
  readonly failures: number
  /** Raised by every claim. An executor that holds an older fence has lost the entry. */
  readonly fence: number
  readonly effect: Effect
  /** Wall time of the first send under this key that may have taken effect: how long its server has known it. */
  readonly firstSentAt?: number
  readonly trouble?: Trouble
}

export interface Lease {
  readonly owner: string
  /** In which session of its user it was sent. */
  readonly session: number
  /** Raised by every renewal, so that a watcher sees life without comparing clocks. */
  readonly renewals: number
  /** Nothing has left yet, since headers, a connection or a knock come first. */
  readonly knocking?: boolean
}

export type WaitingEntry = EntryCore & {
  readonly state: 'waiting'
  /** The first of its lane. Only heads are due. */
  readonly head: boolean
  readonly notBefore: number
  /** When `notBefore` was written, so that a clock that went back shows. */
  readonly savedAt: number
}
export type SendingEntry = EntryCore & { readonly state: 'sending'; readonly lease: Lease }
export type InDoubtEntry = EntryCore & { readonly state: 'inDoubt' }
export type LiveEntry = WaitingEntry | SendingEntry | InDoubtEntry

/** A returned entry, kept until a person requeues or discards it. */
export type DeadLetter = EntryCore & {
  readonly state: 'dead'
  readonly reason: string
  readonly httpStatus: number | undefined
  readonly problem: unknown
  /** The part of `bytes` that its problem takes. */
  readonly problemBytes?: number
  readonly returnedAt: number
}

export type Entry = LiveEntry | DeadLetter

/** A live entry as stored, with the columns that its indexes read. */
export type EntryRow = LiveEntry & {
  /** Set while the entry is a lane's head and waiting. */
  readonly dueAt?: number | undefined
  /** The state, while an attempt is in flight or of unknown effect. */
  readonly unsure?: LiveEntry['state'] | undefined
}

/** Derives the index columns. An undefined column keeps the row out of its index. */
export const toRow = (entry: LiveEntry): EntryRow => ({ ...entry, ...indexColumns(entry) })

export const indexColumns = (entry: LiveEntry): Pick<EntryRow, 'dueAt' | 'unsure'> => ({
  dueAt: entry.state === 'waiting' && entry.head ? entry.notBefore : undefined,
  unsure: entry.state !== 'waiting' || entry.effect === 'unknown' ? entry.state : undefined,
})

/** Whether it is certain that it has had no effect and that nothing of it is on its way. */
export const isUnsent = (entry: LiveEntry): boolean =>
  entry.effect === 'none' &&
  (entry.state === 'waiting' || (entry.state === 'sending' && entry.lease.knocking === true))

const safeToRepeat = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])

/** Whether sending it again cannot double its effect, whoever gets it (RFC 9110 §9.2.2). */
export const isRepeatableByItself = ({ request, repeatable }: EntryCore): boolean =>
  repeatable ?? safeToRepeat.has(request.method)

/** Whether sending it again cannot double its effect, by itself or by its server, as long as that knows its key. */
export function isRepeatable(entry: EntryCore): boolean {
  return entry.server === 'idempotent' || isRepeatableByItself(entry)
}

/** Whether it may be sent again where its effect is unknown. A repeat is harmless, or the app has allowed it. */
export const mayRepeat = (entry: EntryCore): boolean =>
  entry.onUnknownEffect === 'repeat' || isRepeatable(entry)

export interface StoredAction {
  readonly type: string
  readonly payload?: unknown
  readonly meta?: unknown
}

/** Stands for a problem that is too long to be kept. */
export interface CutProblem {
  readonly isCut: true
  /** How the body began. */
  readonly text: string
}

/** A letter for whose problem the outbox has no room. */
export const withoutProblem = (letter: DeadLetter): DeadLetter => ({
  ...letter,
  problem: { isCut: true, text: '' } satisfies CutProblem,
  problemBytes: 0,
  bytes: bytesOfEntry(letter),
})

/** Bytes of an entry, or of a letter less its problem. */
export const bytesOfEntry = ({
  bytes,
  problemBytes = 0,
}: Pick<DeadLetter, 'bytes' | 'problemBytes'>): number => bytes - problemBytes

/** The most bytes that values take on the disk: two for each character of their JSON. */
export const bytesAtMost = (...values: readonly unknown[]): number => 2 * JSON.stringify(values).length
