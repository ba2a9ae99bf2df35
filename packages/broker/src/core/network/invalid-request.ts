// Errors of a request that is built. One that cannot be built is never sent, whatever the network does.
import { errorText } from './error-text.js'

export class InvalidRequest extends Error {}

/** The app's own `prepareHeaders` threw, and not the `headers` of a route. */
export class PrepareHeadersError extends Error {}

/** @throws InvalidRequest where a step of building a request throws. */
export function build<T>(step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw new InvalidRequest(errorText(error), { cause: error })
  }
}
