import { describe, expect, it } from 'vitest'
import { timeZone } from '../../testing/time-zone.js'
import { isOpen, isTimeWindow, nextOpening, type TimeWindow } from './time-window.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const at = (iso: string) => Date.parse(iso)

/** Where clocks are changed, and when in 2026. */
const changes = {
  'Europe/Berlin': ['2026-03-29T01:00Z', '2026-10-25T01:00Z'],
  'America/New_York': ['2026-03-08T07:00Z', '2026-11-01T06:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00Z', '2026-10-03T15:30Z'],
}

const minutesOf2026 = Array.from({ length: 365 * 1_440 }, (_, minute) => at('2026-01-01') + minute * minuteMs)

/** What a clock on the wall shows, as `HH:MM`. */
function wallClock(name: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: name,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (moment) => format.format(moment)
}

const windows: readonly TimeWindow[] = [
  { from: '22:00', to: '06:00' },
  { from: '09:00', to: '17:30' },
  { from: '00:00', to: '23:59' },
  { from: '23:59', to: '00:00' },
  // In the hours that a change of the clocks leaves out or repeats.
  { from: '02:10', to: '02:20' },
  { from: '02:30', to: '04:00' },
  { from: '01:15', to: '02:45' },
  { from: '01:45', to: '01:30' },
]

/** The meaning, by the text on the wall alone. */
const isMeant = ({ from, to }: TimeWindow, time: string) =>
  from < to ? from <= time && time < to : time >= from || time < to

describe.each(Object.entries(changes))('a year in %s', (name, changed) => {
  const zone = timeZone(name)
  const times = minutesOf2026.map(wallClock(name))
  const isNearChange = (moment: number) => changed.some((one) => Math.abs(moment - at(one)) < 26 * hourMs)

  it.each(windows)('is open from $from to $to by the wall clock', (window) => {
    const wrong = minutesOf2026.filter(
      (moment, i) => isOpen(window, moment, zone) !== isMeant(window, times[i] ?? ''),
    )
    expect(wrong).toEqual([])
  })

  it.each(windows)('opens next from $from to $to at the first such time of the wall clock', (window) => {
    const next: number[] = []
    for (let i = times.length - 1; i >= 0; i--)
      next[i] = isMeant(window, times[i] ?? '') ? (minutesOf2026[i] ?? 0) : (next[i + 1] ?? Number.NaN)
    const looked = [...minutesOf2026.entries()]
      .slice(0, -2_880)
      .filter(([i, moment]) => i % 1_433 === 0 || (isNearChange(moment) && i % 13 === 0))
    const wrong = looked.filter(([i, moment]) => nextOpening(window, moment, zone) !== next[i])
    expect(looked.length).toBeGreaterThan(800)
    expect(wrong).toEqual([])
  })
})

describe('a time window', () => {
  const berlin = timeZone('Europe/Berlin')
  const night = { from: '22:00', to: '06:00' }

  it('is an hour shorter on the night when clocks go forward, and an hour longer when they go back', () => {
    const hours = (day: string) =>
      minutesOf2026.filter(
        (moment) => Math.abs(moment - at(day)) < 12 * hourMs && isOpen(night, moment, berlin),
      ).length / 60
    expect([hours('2026-03-28T00:00Z'), hours('2026-03-29T00:00Z'), hours('2026-10-25T00:00Z')]).toEqual([
      8, 7, 9,
    ])
  })

  it('opens late if the clocks skip its beginning', () => {
    const window = { from: '02:30', to: '04:00' }
    expect(nextOpening(window, at('2026-03-28T12:00Z'), berlin)).toBe(at('2026-03-29T01:00Z'))
  })

  it('opens a day later if the clocks skip all of it', () => {
    const window = { from: '02:10', to: '02:20' }
    expect(nextOpening(window, at('2026-03-28T12:00Z'), berlin)).toBe(at('2026-03-30T00:10Z'))
  })

  it('opens twice if the clocks show it twice', () => {
    const window = { from: '02:10', to: '02:20' }
    const first = nextOpening(window, at('2026-10-24T12:00Z'), berlin)
    const second = nextOpening(window, first + 10 * minuteMs, berlin)
    expect([first, second]).toEqual([at('2026-10-25T00:10Z'), at('2026-10-25T01:10Z')])
  })

  it('opens exactly at its minute, and returns the present time if it is open already', () => {
    const opening = at('2026-07-01T20:00Z')
    expect(nextOpening(night, opening - 1, berlin)).toBe(opening)
    expect(isOpen(night, opening - 1, berlin)).toBe(false)
    expect(nextOpening(night, opening + 1_234, berlin)).toBe(opening + 1_234)
  })

  it('is right before 1970 too', () => {
    const newYork = timeZone('America/New_York')
    expect(isOpen({ from: '18:00', to: '20:00' }, 0, newYork)).toBe(true)
  })

  it('ends its search if no time matches', () => {
    const nowhere = { offsetMinutes: () => Number.NaN }
    expect(nextOpening(night, 0, nowhere)).toBeLessThanOrEqual(72 * hourMs)
    expect(nextOpening(night, Number.NaN, nowhere)).toBeNaN()
  })

  it('requires two different times of day', () => {
    expect(isTimeWindow(night)).toBe(true)
    for (const wrong of [
      undefined,
      null,
      'night',
      {},
      { from: '22:00' },
      { from: '22:00', to: '22:00' },
      { from: '22:00', to: '24:00' },
      { from: '9:00', to: '17:00' },
      { from: '09:60', to: '17:00' },
      { from: 9, to: 17 },
    ])
      expect(isTimeWindow(wrong)).toBe(false)
  })
})
