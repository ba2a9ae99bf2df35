// The port to the network: one request, its end, and a harmless question whether a server is there.

import type { Clock } from '../platform.js'

export interface WireRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string | ArrayBuffer | null | undefined
  /** `follow`: within the origin. Default `manual`: a redirect is no answer. */
  readonly redirect?: 'follow' | 'manual'
}

/** The end of one request, with the bytes of its answer. `failed` says nothing of the effect. */
export type WireReply =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Lower-case names. */
      readonly headers: WireRequest['headers']
      /** Undefined where the answer is longer than `bytesMax`. */
      readonly body: ArrayBuffer | undefined
      readonly statusText?: string
      /** The URL of the answer, where the request was redirected. */
      readonly url?: string
    }
  | { readonly kind: 'redirect' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'cut'; readonly status: number }
  | { readonly kind: 'invalid'; readonly message: string }

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
      /** Undefined where it is longer than the request's `bytesMax`. The answer came, and its text is not known. */
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
   * Sends a request past the browser's own cache, and reads the body to its end. Calls `moved` as an answer begins, and
   * for each part of it. Never rejects.
   */
  fetch(request: WireRequest, options: WireOptions): Promise<WireReply>
  /**
   * Sends a write. Follows no redirect, and reads the body to its end. Gives up when no answer, or no further part of
   * one, has come for `timeoutMs`. Never rejects.
   */
  send(request: WireRequest, options: SendOptions): Promise<Reply>
  /**
   * Asks whether anybody is there, with a request that has no effect and no credentials. Gives the status, 0 where it
   * cannot be seen, undefined where nothing came. Never rejects. `requestUrl`: where the request goes that waits for it.
   * Another origin is asked there too, where `url` shows nothing.
   */
  knock(url: string, options: KnockOptions): Promise<number | undefined>
  /** The browser's belief about its connection. It is a hint to knock, and never a proof. */
  isOnline(): boolean
}

/** The ports by which a request leaves. */
export interface WirePorts {
  readonly network: Network
  readonly clock: Clock
}

export interface WireOptions {
  /** The longest answer whose body is kept, in bytes. */
  readonly bytesMax: number
  readonly signal: AbortSignal
  moved(): void
}

export interface KnockOptions extends Pick<SendOptions, 'timeoutMs' | 'signal'> {
  readonly requestUrl: string
}

export interface SendOptions extends Pick<WireOptions, 'bytesMax' | 'signal'> {
  readonly timeoutMs: number
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
