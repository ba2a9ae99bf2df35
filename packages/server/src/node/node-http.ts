// The part of Node's http that the handlers need. Own types spare an app the type packages of Node and of a framework.

/** IncomingMessage of node:http, and of a framework that is built on it. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly rawHeaders: readonly string[]
  readonly httpVersionMajor: number
  readonly socket: object
  readonly readableDidRead: boolean
  readonly readableEnded: boolean
  iterator(options: { readonly destroyOnReturn: boolean }): AsyncIterator<string | Uint8Array>
  resume(): unknown
}

/** ServerResponse of node:http. */
export interface NodeResponse {
  statusCode: number
  readonly headersSent: boolean
  readonly writableFinished: boolean
  setHeader(name: string, value: string): unknown
  appendHeader(name: string, value: string): unknown
  once(event: 'close', listener: () => void): unknown
  end(body?: Uint8Array): unknown
}
