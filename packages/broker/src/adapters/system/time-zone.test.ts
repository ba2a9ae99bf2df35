import { afterEach, describe, expect, it } from 'vitest'
import { timeZone } from '../../testing/time-zone.js'
import { systemZone } from './time-zone.js'

describe('systemZone', () => {
  const before = process.env['TZ']
  afterEach(() => {
    process.env['TZ'] = before
  })

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'])(
    'is the zone of the device: %s at every half hour of a year',
    (name) => {
      process.env['TZ'] = name
      const zone = timeZone(name)
      const moments = Array.from({ length: 365 * 48 }, (_, half) => Date.UTC(2026, 0, 1, 0, half * 30))

      expect(moments.filter((at) => systemZone.offsetMinutes(at) !== zone.offsetMinutes(at))).toEqual([])
    },
  )
})
