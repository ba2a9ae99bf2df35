// Why an action is not taken. The reason is for the app, the message for its developer.
import { isFull } from '../../core/rows/disk-reserve.js'
import { describe } from '../../redux/describe.js'
import { isDevelopment } from '../../redux/development.js'
import type { NotAcceptedReason } from '../../redux/types.js'
import type { Tally } from './byte-size.js'
import { findCycle, LostValue } from './plain-data.js'

export class CaptureRefusal extends Error {
  readonly reason: NotAcceptedReason
  /** `advice` is for the developer. Production builds have none of it. */
  constructor(reason: NotAcceptedReason, advice: string | false, cause?: unknown) {
    super(advice || reason, { cause })
    this.reason = reason
  }
}

/** @throws CaptureRefusal where the app's own function throws. */
export function callApp<T>(what: string | false, callback: () => T): T {
  try {
    return callback()
  } catch (error) {
    throw new CaptureRefusal('invalidRequest', isDevelopment && `${what} threw.`, error)
  }
}

export const asRefusal = (error: unknown): CaptureRefusal =>
  error instanceof CaptureRefusal
    ? error
    : new CaptureRefusal('invalidRequest', isDevelopment && 'The action could not be captured.', error)

/** Whether a value cannot be cloned for the storage. Such a value is nested too deep, or of a kind that is not kept. */
export const isUnstorable = (error: unknown): boolean =>
  /^(DataClone|Data|Range|Internal)Error$/.test(String((error as Partial<Error> | undefined)?.name))

/** Of captures that the storage does not take. */
export const storageRefusal = (error: unknown): CaptureRefusal =>
  isUnstorable(error)
    ? new CaptureRefusal(
        'notSerialisable',
        isDevelopment &&
          'The action has a value that IndexedDB cannot store, or is nested too deep. Keep its payload plain data.',
        error,
      )
    : new CaptureRefusal(
        isFull(error) ? 'storageFull' : 'storageUnavailable',
        isDevelopment &&
          'The entry could not be stored. Tell the user, who can free space on this device. A private window, or a ' +
            'browser that blocks the data of sites, may store nothing.',
        error,
      )

/** @throws CaptureRefusal where a value would be lost, or is too large. */
export function refuseLost<T>(
  copy: (value: unknown, name: string, tally: Tally) => T,
  value: unknown,
  name: string,
  tally: Tally,
  advice: string | false,
): T {
  try {
    return copy(value, name, tally)
  } catch (error) {
    if (error instanceof CaptureRefusal) throw error
    const place = isDevelopment && (error instanceof LostValue ? placeOf(error) : findCycle(value, name))
    throw new CaptureRefusal(
      'notSerialisable',
      isDevelopment && `${advice}${place ? `; ${place}` : ''}.`,
      error,
    )
  }
}

/** Where a value stands, and of which class it is. */
function placeOf({ path, value }: LostValue): string {
  const name = typeof value === 'object' ? value?.constructor?.name : undefined
  return `${path === 'body' ? 'it' : path} is ${describe(value)}${name === undefined ? '' : ` (${name})`}`
}
