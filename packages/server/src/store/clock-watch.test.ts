import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ClockSeen, watchClock } from './clock-watch.js'

const dayMs = 86_400_000
const now = 1_000 * dayMs

it('believes the first time that it sees, and steps of up to a day, ahead and back', () => {
  expect(watchClock(undefined, now, false)).toEqual({ clock: { seen: now } })
  for (const step of [0, 60_000, dayMs, -60_000, -dayMs]) {
    expect(watchClock({ seen: now }, now + step, false)).toEqual({ clock: { seen: now + step } })
  }
})

it.each([dayMs + 1, 7 * dayMs, 3_650 * dayMs, -dayMs - 1, -30 * dayMs])(
  'waits after a jump by %i ms, until the clock has kept its new time for a day',
  (jump) => {
    const to = now + jump
    const first = watchClock({ seen: now }, to, false)
    expect(first).toEqual({ clock: { seen: now, moved: to }, held: { from: now, to } })
    const soon = watchClock(first.clock, to + dayMs - 1, false)
    // Seen again within a day of the old time, after a jump back, it counts as never gone.
    if (Math.abs(to + dayMs - 1 - now) > dayMs) expect(soon.held).toEqual({ from: now, to: to + dayMs - 1 })
    const later = watchClock(first.clock, to + dayMs, false)
    expect(later).toEqual({ clock: { seen: to + dayMs } })
    expect(watchClock(first.clock, to, true)).toEqual({ clock: { seen: to } })
  },
)

it('forgets a jump when the clock is back, and starts its day again after another jump', () => {
  const away = watchClock({ seen: now }, now + 300 * dayMs, false).clock
  expect(watchClock(away, now + 60_000, false)).toEqual({ clock: { seen: now + 60_000 } })
  const back = watchClock(away, now + 200 * dayMs, false)
  expect(back.clock).toEqual({ seen: now, moved: now + 200 * dayMs })
})

it.each([2 * dayMs + 1, 30 * dayMs, 400 * dayMs])(
  'treats a clock that is next seen %i ms after its jump as one that has jumped again',
  (keptMs) => {
    const to = now + 8 * dayMs
    const away = watchClock({ seen: now }, to, false).clock
    const later = watchClock(away, to + keptMs, false)
    expect(later).toEqual({ clock: { seen: now, moved: to + keptMs }, held: { from: now, to: to + keptMs } })
    expect(watchClock(later.clock, to + keptMs + dayMs, false)).toEqual({
      clock: { seen: to + keptMs + dayMs },
    })
    expect(watchClock(away, to + 2 * dayMs, false)).toEqual({ clock: { seen: to + 2 * dayMs } })
  },
)

it('never accepts a jump of more than a day without a second look a day later', () => {
  const hours = fc.array(fc.integer({ min: 1, max: 23 }), { maxLength: 40 })
  fc.assert(
    fc.property(hours, fc.integer({ min: 2, max: 10_000 }), (steps, jumpDays) => {
      let clock: ClockSeen = { seen: now }
      let time = now + jumpDays * dayMs
      const jumpedTo = time
      for (const step of steps) {
        const watched = watchClock(clock, time, false)
        expect(watched.held === undefined).toBe(time - jumpedTo >= dayMs)
        if (watched.held === undefined) return
        clock = watched.clock
        time += (step * dayMs) / 24
      }
    }),
  )
})
