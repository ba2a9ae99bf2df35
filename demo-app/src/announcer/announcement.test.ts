import { describe, expect, it } from 'vitest'
import { announcementOf, type Outlook } from './announcement'

const calm: Outlook = { connectivity: 'online', waiting: 0, deadLetters: 0 }
const say = (before: Partial<Outlook>, now: Partial<Outlook>) =>
  announcementOf({ ...calm, ...before }, { ...calm, ...now })

describe('a screen reader hears', () => {
  it.each<[string, Partial<Outlook>, Partial<Outlook>, string]>([
    ['that the connection is gone', {}, { connectivity: 'offline' }, 'offline'],
    ['that it is back', { connectivity: 'offline' }, {}, 'online again'],
    [
      'that a tap in a tunnel is safe',
      { connectivity: 'offline' },
      { connectivity: 'offline', waiting: 1 },
      'Saved on this device: 1 change waiting',
    ],
    [
      'how many are safe by now',
      { connectivity: 'degraded', waiting: 2 },
      { connectivity: 'degraded', waiting: 5 },
      '5 changes waiting',
    ],
    ['that all arrived', { waiting: 3 }, { waiting: 0 }, 'All changes are delivered'],
    ['that one came back', { waiting: 1 }, { waiting: 0, deadLetters: 1 }, '1 change came back'],
    ['how many came back', { deadLetters: 1 }, { deadLetters: 3 }, '2 changes came back'],
  ])('%s', (_, before, now, words) => {
    expect(say(before, now)).toContain(words)
  })

  it('that a tap is saved when its attempt finds the connection gone', () => {
    expect(say({ waiting: 1 }, { connectivity: 'offline', waiting: 1 })).toMatch(/offline.*1 change waiting/)
  })

  it('both messages when the connection is lost and a change is saved at the same time', () => {
    expect(say({}, { connectivity: 'offline', waiting: 1 })).toMatch(/offline.*1 change waiting/)
  })
})

describe('a screen reader is not disturbed', () => {
  it.each<[string, Partial<Outlook>, Partial<Outlook>]>([
    ['by a tap online, which needs no word until it arrived', {}, { waiting: 1 }],
    ['by some of many arriving', { waiting: 5 }, { waiting: 3 }],
    ['by a start, at which the count becomes known', { waiting: undefined }, { waiting: 4 }],
    ['by a server that is slow for a while', {}, { connectivity: 'degraded' }],
    ['by a dead letter that its user discards', { deadLetters: 2 }, { deadLetters: 1 }],
  ])('%s', (_, before, now) => {
    expect(say(before, now)).toBeUndefined()
  })

  it('by a message of success when the last change came back', () => {
    expect(say({ waiting: 1 }, { deadLetters: 1 })).not.toContain('delivered')
  })
})
