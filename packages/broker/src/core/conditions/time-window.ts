// Hours of the day in the user's local time, as a clock on the wall shows them. A minute that it leaves out in spring
// never comes. A minute that it shows twice in autumn comes twice.
import { isText } from '../type-checks.js'
import type { Zone } from './device.js'

/** From one time of the day until another, which is no longer part of it. `22:00` to `06:00` goes over midnight. */
export interface TimeWindow {
  /** `HH:MM`, from `00:00` to `23:59`. */
  readonly from: string
  /** As `from`, and another time. */
  readonly to: string
}

const minuteMs = 60_000
const dayMinutes = 1_440
const searchMs = 3 * dayMinutes * minuteMs

/** Whether it can be understood, and is open for a part of the day. */
export function isTimeWindow(value: unknown): value is TimeWindow {
  const { from, to } = Object(value) as Partial<TimeWindow>
  return isTime(from) && isTime(to) && from !== to
}

const isTime = (value: unknown) => isText(value) && /^([01]\d|2[0-3]):[0-5]\d$/.test(value)

export function isOpen({ from, to }: TimeWindow, at: number, zone: Zone): boolean {
  const minute =
    (((Math.floor(at / minuteMs) + zone.offsetMinutes(at)) % dayMinutes) + dayMinutes) % dayMinutes
  const [begin, end] = [minuteOf(from), minuteOf(to)]
  return begin < end ? begin <= minute && minute < end : begin <= minute || minute < end
}

const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** The first moment from `at` on at which it is open. Every minute is looked at, so no change of the clocks is missed. */
export function nextOpening(window: TimeWindow, at: number, zone: Zone): number {
  if (isOpen(window, at, zone)) return at
  let moment = Math.floor(at / minuteMs) * minuteMs + minuteMs
  // A day whose clocks leave all of it out has no opening; the next one has.
  while (moment < at + searchMs && !isOpen(window, moment, zone)) moment += minuteMs
  return moment
}
