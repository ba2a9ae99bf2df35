// The public types of routes, receipts and outcomes. Nothing of @reduxjs/toolkit is imported: it is no dependency.
import type { Action } from 'redux'
import type { UnstoredAnswerReason } from '../core/outcomes/outcome.js'
import type { Tag } from '../core/reads/consistency/tags.js'

/** An action creator, as RTK's createAction and slice.actions return it. */
export interface ActionCreator {
  // biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, so only `any` accepts every creator
  (...args: any[]): Action<string>
  readonly type: string
  match(action: unknown): boolean
}

declare const answer: unique symbol
/**
 * Type-only mark on actions that a route captures: it carries the answer's type to dispatch, matchers and hooks.
 * This and the outcomes are type aliases, since an interface is no `UnknownAction` for an untyped dispatch.
 */
export type Routed<Answer> = { readonly [answer]: Answer }
/** A write reaches the reducers with its entry's id, also where it is brought back after a reload; a read has none. */
export type RoutedAction<C extends ActionCreator, Answer> = ReturnType<C> &
  Routed<Answer> & { readonly meta?: { readonly broker?: { readonly entryId: string } } }
export interface RoutedCreator<C extends ActionCreator, Answer> {
  (...args: Parameters<C>): RoutedAction<C, Answer>
  readonly type: C['type']
  match(action: unknown): action is RoutedAction<C, Answer>
}
// biome-ignore lint/suspicious/noExplicitAny: a list of routes holds creators of every kind
export type AnyRouted = RoutedCreator<any, any>
export type PayloadOf<C extends ActionCreator> = ReturnType<C> extends { payload: infer P } ? P : undefined
export type AnswerOf<C extends ActionCreator> = ReturnType<C> extends Routed<infer R> ? R : unknown

/**
 * A string, a `Blob`, a `FormData`, `URLSearchParams`, an `ArrayBuffer` and a view of one are sent as they are. All else
 * is sent as the text that `JSON.stringify` gives. A value that this would empty or leave out is refused at capture: a
 * `File`, a `Map`, a function, a class without `toJSON`.
 */
export type Body = string | number | boolean | Record<string, unknown> | SomeObject

/** An interface's object too, which is no `Record`; neither a stream nor a function. */
type SomeObject = object & { readonly getReader?: never; readonly call?: never }

/** How an action becomes a request. Plain data, so that a worker can send it when no page is left. */
export interface RequestTemplate {
  /** Absolute, or relative to the page. http or https. */
  readonly url: string
  /** Any token but CONNECT, TRACE and TRACK. Default `POST`. */
  readonly method?: string | undefined
  /**
   * They are stored: `Accept`, `Accept-Language`, `Content-*`, conditions (`If-Match`, …), `Prefer`, and those that
   * createBroker's `storedHeaders` names. Any other is refused at dispatch: give it in `prepareHeaders` or in the route's
   * `headers`.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** null: none, as in fetch. */
  readonly body?: Body | null | undefined
}

export type NotAcceptedReason =
  /** The outbox has reached its limit of entries or of bytes. */
  | 'outboxFull'
  /** The body, or the action with its payload, is larger than `limits.bodyBytesMax`. */
  | 'bodyTooLarge'
  /** The URL has more characters than `limits.urlCharactersMax`. */
  | 'urlTooLong'
  /** The action or the body cannot be stored: a function, a stream, a class of its own. */
  | 'notSerialisable'
  /** The route's `request` or `lane` threw or gave something that cannot be sent. */
  | 'invalidRequest'
  /** There is no room left on this device for the site's data. */
  | 'storageFull'
  /** IndexedDB is missing, or refused to write. */
  | 'storageUnavailable'
  /** `user` gave no user. */
  | 'signedOut'
  /** `limits.waitingReadsMax` reads wait already. */
  | 'tooManyReads'

export type Accepted =
  | { readonly status: 'accepted' }
  | { readonly status: 'notAccepted'; readonly reason: NotAcceptedReason }
/** Why there is no answer to something that is known to have happened. */
export type NoAnswerReason = 'answerInvalid' | UnstoredAnswerReason

export type Settled<Answer> =
  | ({ readonly status: 'delivered'; readonly answer: Answer } & Partial<AnswerMeta>)
  /**
   * It did happen, and no answer is there. It was in doubt, or the route's `answer` threw (`problem` is the thrown value
   * as text). Or its answer was over `answerBytesMax` or could not be stored.
   */
  | {
      readonly status: 'deliveredWithoutAnswer'
      readonly reason?: NoAnswerReason
      readonly problem?: unknown
    }
  | {
      readonly status: 'returned'
      readonly reason: string
      readonly httpStatus: number | undefined
      /**
       * The body of the answer: JSON as data (problem details of RFC 9457, for instance), else its text. A body over 8 KiB is
       * `{ isCut: true, text }` with its beginning.
       */
      readonly problem: unknown
    }
  | { readonly status: 'notAccepted'; readonly reason: NotAcceptedReason }
  | { readonly status: 'cancelled' }
  /** Of a write whose user signed out before it ended. It stays on this device, and may have happened already. */
  | { readonly status: 'signedOut' }

/** Facts about a read's answer. A write's outcome has none of them. */
export type AnswerMeta = {
  /** When it left the server, as far as this device can tell, in epoch milliseconds. */
  readonly fetchedAt: number
  /** It is the last good answer: the network was too slow, failed, or was not asked. */
  readonly stale?: true
  /** Writes to these tags were on their way for so long that the answer may or may not hold them. */
  readonly uncertain?: readonly Tag[]
}

/** Neither promise ever rejects, so a receipt that nobody keeps raises no `unhandledrejection`. */
export interface Receipt<Answer> {
  readonly id: string
  /** Resolves when the entry is on disk (the broker owns it from here), or when it was refused. Of a read: at once. */
  readonly accepted: Promise<Accepted>
  /**
   * Resolves when the entry or the read has ended, or its user has signed out. An entry may take days, and this does not
   * survive the page.
   */
  readonly settled: Promise<Settled<Answer>>
  /** The answer, or throws what came instead: for callers that want exceptions, as RTK's unwrap(). */
  unwrap(): Promise<Answer>
  /**
   * Takes the entry back while it is certain that nothing of it was sent. `cancelled` also if it was taken back or given
   * up before. Of a read: this reader wants it no more, now or, where it is answered, when what it shows changes. The
   * request ends when nobody wants it.
   */
  cancel(): Promise<'cancelled' | 'tooLate'>
}

export type BrokerDispatch = <Answer>(action: Action<string> & Routed<Answer>) => Receipt<Answer>

export type OutcomeMeta<C extends ActionCreator> = {
  readonly entryId: string
  readonly arg: PayloadOf<C>
  readonly action: ReturnType<C>
}
export type Delivered<C extends ActionCreator> = {
  readonly type: string
  readonly payload: AnswerOf<C>
  readonly meta: OutcomeMeta<C> & Partial<AnswerMeta>
}
export type DeliveredWithoutAnswer<C extends ActionCreator> = {
  readonly type: string
  readonly payload: undefined
  readonly error?: { readonly reason: NoAnswerReason; readonly problem?: unknown }
  readonly meta: OutcomeMeta<C>
}
export type Returned<C extends ActionCreator> = {
  readonly type: string
  readonly payload: undefined
  readonly error: {
    readonly reason: string
    readonly httpStatus: number | undefined
    readonly problem: unknown
  }
  readonly meta: OutcomeMeta<C>
}
export type NotAccepted<C extends ActionCreator> = {
  readonly type: string
  readonly payload: undefined
  readonly error: { readonly reason: NotAcceptedReason }
  readonly meta: OutcomeMeta<C>
}
export type Failed<C extends ActionCreator> = NotAccepted<C> | Returned<C>
