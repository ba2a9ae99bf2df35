// A request that cannot be built. No attempt would ever send it, whatever the network does.
import { errorText } from './error-text.js'

export class InvalidRequest extends Error {}

/** @throws InvalidRequest where a step of building a request throws. */
export function build<T>(step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw new InvalidRequest(errorText(error), { cause: error })
  }
}
