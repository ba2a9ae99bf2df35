import { expect, it } from 'vitest'
import { timeZone } from '../../testing/time-zone.js'
import { systemZone } from './time-zone.js'

it('is the zone that the browser is set to, at every hour of a year', () => {
  const here = timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const hours = Array.from({ length: 365 * 24 }, (_, hour) => Date.UTC(2026, 0, 1, hour))

  expect(hours.filter((at) => systemZone.offsetMinutes(at) !== here.offsetMinutes(at))).toEqual([])
})
