// Reads do not wait for a storage that hangs.
import type { Clock } from '../../core/platform.js'

const timeoutMs = 2_000

/** What the promise gives; `otherwise` where it fails or gives nothing within 2 s. */
export function withTimeout<T>(
  { after }: Pick<Clock, 'after'>,
  promise: Promise<T>,
  otherwise: T,
): Promise<T> {
  return new Promise((resolve) => {
    const cancel = after(timeoutMs, () => resolve(otherwise))
    promise.then(resolve, () => resolve(otherwise)).finally(cancel)
  })
}
