// A read's request and its possible ends. This page's own scheduler does it, or the worker's for all tabs.

export interface ReadRequest {
  /** Absolute, without a fragment. */
  readonly url: string
  readonly method: 'GET' | 'HEAD'
  /** Lower-case names, in their order. Credentials are never among them. */
  readonly headers: readonly (readonly [string, string])[]
  /** `follow` redirects within the origin. Without it a redirect is no answer. */
  readonly redirect?: 'follow'
}

export interface ReadAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: ArrayBuffer
  readonly statusText?: string
  /** Its `Vary` names a header that its key lacks. The answer is for its own request alone, and never kept. */
  readonly variesBeyondKey?: boolean
  /** Where it came from, where that is not what was asked. */
  readonly url?: string
}

/** The end of one request. */
export type ReadReply =
  | { readonly kind: 'answer'; readonly answer: ReadAnswer }
  | { readonly kind: 'redirect' }
  /** No answer, or one that broke off. */
  | { readonly kind: 'failed' }
  /** It is longer than its askers take. */
  | { readonly kind: 'tooLarge' }

/** The end of a read for one reader. */
export type ReadEnd =
  /** `sentAt` is in epoch milliseconds. A shared request was sent before some readers asked. */
  | (ReadReply & { readonly sentAt: number })
  /** Its answer stood still for too long, or its reader's own time on the wire was over. */
  | { readonly kind: 'timedOut' }
  /** So many reads wait already that this one was not taken. */
  | { readonly kind: 'tooMany' }

/** One reader's wish. */
export interface ReadJob {
  /** Reads of one key share one request. It is made of the method, the URL, the headers and the partition. */
  readonly key: string
  /** The partition of the user. Undefined while nobody is signed in. */
  readonly partition: string | undefined
  readonly request: ReadRequest
  /** The type of the action that asks, for the functions that prepare its headers. */
  readonly route: string | undefined
  /** Whole number from 1, the most urgent, to 9. */
  readonly priority: number
  /** How often it is repeated where it fails, within its time limit. Default 2. A page of an earlier release has none. */
  readonly retries?: number | undefined
  /** Called at most once, as the request leaves, or at once if it has left. `order` counts the requests of its sender. */
  onSent(order: number): void
  /** Called once, unless the reader has left. */
  onEnd(end: ReadEnd): void
}

export interface Subscription {
  /** Makes the shared read at least so urgent. */
  raise(priority: number): void
  /** The reader leaves. The last one to leave ends the request. */
  leave(): void
}

/** Where reads wait for their turn. */
export interface Scheduler {
  ask(ask: ReadJob): Subscription
  /** Requests of reads that may be in flight at once to one origin, from now on. */
  limit(readsMax: number): void
}
