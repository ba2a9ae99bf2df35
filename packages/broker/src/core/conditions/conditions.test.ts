import { describe, expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.js'
import { timeZone } from '../../testing/time-zone.js'
import { type Conditions, checkConditions, isConditions, unmet, whenMet } from './conditions.js'
import type { Device, DeviceState } from './device.js'

const berlin = timeZone('Europe/Berlin')
const noon = Date.parse('2026-06-15T12:00+02:00')
const night = { from: '22:00', to: '06:00' }
const hour = 3_600_000

describe('unmet', () => {
  const isMet = (conditions: Conditions, device: DeviceState, at = noon) =>
    unmet(conditions, device, at, berlin) === undefined

  it('counts a condition as met if the browser does not report it', () => {
    const all = { network: 'unmetered', saveData: false, effectiveType: '4g', visible: true } as const
    expect(isMet(all, {})).toBe(true)
    expect(isMet(all, { effectiveType: '6g' })).toBe(true)
  })

  it('checks the device for each given condition only', () => {
    expect(isMet({ network: 'unmetered' }, { unmetered: false })).toBe(false)
    expect(isMet({ network: 'unmetered' }, { unmetered: true })).toBe(true)
    expect(isMet({ saveData: false }, { saveData: true })).toBe(false)
    expect(isMet({ saveData: false }, { saveData: false })).toBe(true)
    expect(isMet({ visible: true }, { visible: false })).toBe(false)
    expect(isMet({ visible: true }, { visible: true })).toBe(true)
    expect(isMet({}, { unmetered: false, saveData: true, effectiveType: 'slow-2g', visible: false })).toBe(
      true,
    )
  })

  it.each([
    ['2g', ['2g', '3g', '4g']],
    ['3g', ['3g', '4g']],
    ['4g', ['4g']],
  ] as const)('is met from %s upwards', (effectiveType, fast) => {
    const met = ['slow-2g', '2g', '3g', '4g'].filter((actual) =>
      isMet({ effectiveType }, { effectiveType: actual }),
    )
    expect(met).toEqual(fast)
  })

  it('requires all conditions', () => {
    const both = { network: 'unmetered', saveData: false } as const
    expect(isMet(both, { unmetered: true, saveData: true })).toBe(false)
    expect(isMet(both, { unmetered: false, saveData: false })).toBe(false)
  })

  it('returns the opening of its hours, and no time if only the device is unfit', () => {
    const conditions = { network: 'unmetered', between: night } as const
    const device = { unmetered: false }
    expect(unmet(conditions, device, noon, berlin)).toEqual({ until: noon + 10 * hour })
    expect(unmet(conditions, device, noon + 11 * hour, berlin)).toEqual({})
    expect(isMet({ between: night }, device, noon + 11 * hour)).toBe(true)
  })
})

describe('checkConditions', () => {
  it('takes every condition', () => {
    const all = {
      network: 'unmetered',
      saveData: false,
      effectiveType: '2g',
      visible: true,
      between: night,
    }
    expect(() => checkConditions('write(x)', all)).not.toThrow()
    expect(() => checkConditions('write(x)', {})).not.toThrow()
    expect(isConditions(all)).toBe(true)
  })

  it.each([
    [undefined, "write(x) expects `when` to be an object such as { network: 'unmetered' }; got undefined."],
    ['wifi', 'got "wifi".'],
    [{ network: 'wifi' }, 'write(x) expects `when.network` to be \'unmetered\'; got "wifi".'],
    [{ saveData: true }, 'expects `when.saveData` to be false; got true.'],
    [{ effectiveType: 'slow-2g' }, "`when.effectiveType` to be '2g', '3g' or '4g'; got \"slow-2g\"."],
    [{ visible: false }, 'expects `when.visible` to be true; got false.'],
    [{ between: { from: '22:00', to: '22:00' } }, '`when.between` to be two different times'],
    [{ visible: undefined }, 'expects `when.visible` to be true; got undefined.'],
    [
      { wifi: true },
      'write(x) knows no condition `wifi`; it takes network, saveData, effectiveType, visible, between.',
    ],
    [{ constructor: true }, 'write(x) knows no condition `constructor`'],
  ])('rejects %j with the expected values', (when, message) => {
    expect(() => checkConditions('write(x)', when)).toThrow(TypeError)
    expect(() => checkConditions('write(x)', when)).toThrow(message)
    expect(isConditions(when)).toBe(false)
  })
})

describe('whenMet', () => {
  function setUp(conditions: Conditions, state: DeviceState = {}) {
    const clock = manualClock({ now: noon })
    const listeners = new Set<() => void>()
    let now = state
    let looks = 0
    const device: Device = {
      now() {
        looks++
        return now
      },
      listen(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    }
    const leaving = new AbortController()
    const ends: unknown[] = []
    void whenMet(conditions, { clock, device, zone: berlin }, leaving.signal).then(
      () => ends.push('met'),
      (reason: unknown) => ends.push(reason),
    )
    const setDevice = (next: DeviceState) => {
      now = next
      for (const listener of listeners) listener()
    }
    return { clock, ends, leaving, listeners, setDevice, looks: () => looks }
  }

  it('resolves at once if all conditions are met', async () => {
    const { clock, ends, listeners } = setUp({ visible: true }, { visible: true })
    await clock.advance(0)
    expect(ends).toEqual(['met'])
    expect(listeners.size).toBe(0)
  })

  it('resolves at the opening of the hours, not before', async () => {
    const { clock, ends } = setUp({ between: night })
    await clock.advance(10 * hour - 1)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toEqual(['met'])
  })

  it('resolves when the device meets the conditions', async () => {
    const { clock, ends, setDevice } = setUp({ network: 'unmetered' }, { unmetered: false })
    await clock.advance(hour)
    setDevice({ unmetered: false, effectiveType: '4g' })
    await clock.advance(0)
    expect(ends).toEqual([])
    setDevice({ unmetered: true })
    await clock.advance(0)
    expect(ends).toEqual(['met'])
  })

  it('notices within a minute that the wall clock was set forward, and at once at any event', async () => {
    const { clock, ends } = setUp({ between: night })
    clock.jump(11 * hour)
    await clock.advance(60_000)
    expect(ends).toEqual(['met'])

    const other = setUp({ between: night })
    other.clock.jump(11 * hour)
    other.setDevice({})
    await other.clock.advance(0)
    expect(other.ends).toEqual(['met'])
  })

  it('resolves once, although the clock is set back and the hours begin again', async () => {
    const { clock, ends, setDevice } = setUp({ between: night })
    await clock.advance(10 * hour)
    clock.jump(-hour)
    setDevice({})
    await clock.advance(24 * hour)
    expect(ends).toEqual(['met'])
  })

  it('goes on waiting if the clock is set back before its hours', async () => {
    const { clock, ends } = setUp({ between: night })
    await clock.advance(10 * hour - 60_000)
    clock.jump(-hour)
    await clock.advance(hour)
    expect(ends).toEqual([])
    await clock.advance(60_000)
    expect(ends).toEqual(['met'])
  })

  it('looks again once a minute, however many events come meanwhile', async () => {
    const { clock, looks, setDevice } = setUp({ visible: true }, { visible: false })
    for (let i = 0; i < 50; i++) setDevice({ visible: false })
    const before = looks()
    await clock.advance(10 * 60_000)

    expect(looks() - before).toBe(10)
  })

  it('rejects with the reason of the abort, and stops listening', async () => {
    const { clock, ends, leaving, listeners, setDevice } = setUp({ visible: true }, { visible: false })
    leaving.abort('left')
    await clock.advance(0)
    expect(ends).toEqual(['left'])
    expect(listeners.size).toBe(0)
    setDevice({ visible: true })
    await clock.advance(hour)
    expect(ends).toEqual(['left'])
  })

  it('rejects if the signal aborted before, although all conditions are met', async () => {
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    await expect(whenMet({}, { clock: manualClock() }, signal)).rejects.toBe(reason)
  })

  it('works without a device and a zone: then nothing is known, and local time is UTC', async () => {
    const clock = manualClock({ now: Date.parse('2026-06-15T21:59Z') })
    let isMet = false
    const conditions = { visible: true, between: night } as const
    void whenMet(conditions, { clock }, new AbortController().signal).then(() => {
      isMet = true
    })
    await clock.advance(59_999)
    expect(isMet).toBe(false)
    await clock.advance(1)
    expect(isMet).toBe(true)
  })
})
