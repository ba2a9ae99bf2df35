import type { Zone } from '../core/conditions/device.js'

/** No zone changes its clocks within one. */
const quarterMs = 15 * 60_000

/**
 * A zone by its name, as `Europe/Berlin`: for `createTestWorld({ zone })`.
 * @throws RangeError where this runtime knows no such zone.
 */
export function timeZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const known = new Map<number, number>()
  const read = (at: number) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
    return (local - at) / 60_000
  }
  return {
    offsetMinutes(at) {
      const quarter = Math.floor(at / quarterMs)
      const offset = known.get(quarter) ?? read(quarter * quarterMs)
      known.set(quarter, offset)
      return offset
    },
  }
}
