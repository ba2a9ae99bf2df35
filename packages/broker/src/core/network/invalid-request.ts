// Errors of a request as it is built. A request that cannot be built is never sent, whatever the network does.
import { errorText } from './error-text.js'

export class InvalidRequest extends Error {}

/** The app's own `prepareHeaders` threw, and not the `headers` of a route. */
export class PrepareHeadersError extends Error {
  /** Its fetch met no server of the app. `httpStatus`: of the answer that the function threw, where it got one. */
  readonly missed?: { readonly httpStatus?: number; readonly retryAfter?: string | undefined }

  constructor(message: string, options?: ErrorOptions, missed?: PrepareHeadersError['missed']) {
    super(message, options)
    if (missed) this.missed = missed
  }
}

/** Undefined for a mistake of the app's own, which somebody has to mend. */
export const missedBy = (error: unknown): PrepareHeadersError['missed'] =>
  error instanceof PrepareHeadersError ? error.missed : undefined

/** @throws InvalidRequest where a step of building a request throws. */
export function build<T>(step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw new InvalidRequest(errorText(error), { cause: error })
  }
}
