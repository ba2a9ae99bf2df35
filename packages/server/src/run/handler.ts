/** The argument of a handler. */
export interface HandlerContext<Tx> {
  /** The transaction. All that the handler writes through it is committed with the record of its answer. */
  readonly tx: Tx
  /** The request, its body still to be read. */
  readonly request: Request
  /** The key without its quotes, or empty where the request had none (`key: 'optional'`). */
  readonly key: string
  readonly principal: string
  /** Aborts at `deadlineMs`, when nothing more can be written, and when the client goes. Stop the work then. */
  readonly signal: AbortSignal
}

export type Handler<Tx> = (context: HandlerContext<Tx>) => Response | PromiseLike<Response>
