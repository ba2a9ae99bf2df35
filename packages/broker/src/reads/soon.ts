// Reads do not wait for a storage that hangs.
import type { Clock } from '../core/ports.js'

const soonMs = 2_000

/** What the promise gives; `otherwise` where it fails or gives nothing within 2 s. */
export function soon<T>({ after }: Pick<Clock, 'after'>, promise: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const cancel = after(soonMs, () => resolve(otherwise))
    promise.then(resolve, () => resolve(otherwise)).finally(cancel)
  })
}
