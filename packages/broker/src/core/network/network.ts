// The port to the network for writes: one request, its end, and a harmless question whether a server is there.

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
