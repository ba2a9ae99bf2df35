// The user that an application names for a request. Promise: anything but a text or a number is an error in words,
// before a store sees it. A boolean would end the whole process in libsql, and an object would be one name for all
// users.
import { told } from '../options/check-values.js'

/**
 * The text of a principal, or undefined where there is none.
 * @throws TypeError
 */
export function principalTextOf(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string') return given
  if (typeof given === 'number' && Number.isFinite(given)) return String(given)
  throw new TypeError(
    `principal: got ${told(given)}, expected a string, a finite number, or undefined for nobody`,
  )
}
