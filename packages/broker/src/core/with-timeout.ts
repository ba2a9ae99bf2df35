import type { Clock } from './platform.js'

/** The result of the work. `otherwise` gives it where the work takes longer than `ms`; the work itself goes on. */
export function withTimeout<T>(
  { after }: Pick<Clock, 'after'>,
  ms: number,
  work: Promise<T>,
  otherwise: () => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = after(ms, () => resolve(otherwise()))
    work.then(resolve, reject).finally(cancel)
  })
}
