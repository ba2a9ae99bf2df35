import { describe, expect, it } from 'vitest'
import type { Conditions } from '../conditions/conditions.js'
import { channelOf, conditionsOf, originOf, sendableChannels } from './delivery-requirements.js'

const origin = 'https://o.example'
const night = { from: '22:00', to: '06:00' }
const served = (channel: string, has: readonly string[] = []) =>
  sendableChannels({ channels: [channel] }, (_, needs) => needs.every((need) => has.includes(need))).length >
  0

describe('a channel', () => {
  it.each<Conditions>([
    {},
    { network: 'unmetered' },
    { saveData: false },
    { effectiveType: '3g' },
    { visible: true },
    { between: night },
    { network: 'unmetered', saveData: false, effectiveType: '4g', visible: true, between: night },
  ])('keeps the conditions %j beside its other parts', (when) => {
    expect(conditionsOf(channelOf(origin, [], when))).toEqual(when)
    expect(conditionsOf(channelOf(origin, ['prepareHeaders'], when))).toEqual(when)
    expect(originOf(channelOf(origin, ['prepareHeaders'], when))).toBe(origin)
  })

  it('is the same for the same conditions, and differs for others', () => {
    const one = channelOf(origin, [], { saveData: false, between: { from: '22:00', to: '06:00' } })
    const same = channelOf(origin, [], { between: { to: '06:00', from: '22:00' }, saveData: false })
    const other = channelOf(origin, [], { between: { from: '22:00', to: '05:00' }, saveData: false })

    expect(same).toBe(one)
    expect(other).not.toBe(one)
    expect(channelOf(origin, [])).toBe(origin)
  })

  it('has no conditions unless its name has some', () => {
    expect(conditionsOf(origin)).toEqual({})
    expect(conditionsOf(channelOf(origin, ['prepareHeaders']))).toEqual({})
  })

  it('requires its functions, and no function for its conditions', () => {
    const channel = channelOf(origin, ['prepareHeaders'], { visible: true })

    expect(served(channel, ['prepareHeaders'])).toBe(true)
    expect(served(channel)).toBe(false)
  })

  it.each(['when:', 'when:{', 'when:null', 'when:"visible"', 'when:{"visible":1}', 'when:{"moon":"full"}'])(
    'P11 is served by no executor if its conditions are %s, since a newer release may know them',
    (word) => {
      expect(served(`${origin} ${word}`)).toBe(false)
      expect(conditionsOf(`${origin} ${word}`)).toEqual({})
    },
  )
})
