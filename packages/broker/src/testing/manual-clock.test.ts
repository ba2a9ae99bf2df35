import { describe, expect, it } from 'vitest'
import { manualClock } from './index.js'

describe('manualClock', () => {
  it('stands still until it is moved, and starts at the given time', () => {
    expect(manualClock({ now: 5 }).now()).toBe(5)
  })

  it('fires due timers in their order, each at its own time', async () => {
    const clock = manualClock({ now: 0 })
    const fired: unknown[] = []
    clock.after(30, () => fired.push(['late', clock.now()]))
    clock.after(10, () => fired.push(['early', clock.now()]))
    const cancel = clock.after(20, () => fired.push('cancelled'))
    clock.after(41, () => fired.push('beyond'))
    cancel()

    await clock.advance(40)

    expect(fired).toEqual([
      ['early', 10],
      ['late', 30],
    ])
    expect(clock.now()).toBe(40)
  })

  it('lets the effects of a timer settle before the next one, including new timers', async () => {
    const clock = manualClock({ now: 0 })
    const told: unknown[] = []
    clock.after(10, async () => {
      await Promise.resolve()
      clock.after(5, () => told.push(clock.monotonic()))
    })
    clock.after(20, () => told.push('then'))

    await clock.advance(20)

    expect(told).toEqual([15, 'then'])
  })

  it('jumps in wall time only: timers and monotonic time go on as they were', async () => {
    const clock = manualClock({ now: 1_000 })
    let fired = false
    clock.after(10, () => {
      fired = true
    })

    clock.jump(-500)
    await clock.advance(9)

    expect([clock.now(), clock.monotonic(), fired]).toEqual([509, 9, false])
  })

  it('throws if timers set each other without end', async () => {
    const clock = manualClock()
    const again = () => void clock.after(0, again)
    again()

    await expect(clock.advance(1)).rejects.toThrow(/timers fired/)
  })
})
