import { describe, expect, it } from 'vitest'
import {
  askCommand,
  drainCommand,
  isAskCommand,
  isDrainCommand,
  syncTag,
  syncTagPrefix,
} from './drain-messages.js'

describe('a drain command', () => {
  it('is known by the worker of the same database', () => {
    expect(isDrainCommand(drainCommand('app', 'signal'), 'app')).toBe(true)
    expect(isDrainCommand(drainCommand('app', 'signal'), 'other')).toBe(false)
  })

  it.each([
    undefined,
    null,
    7,
    'redux-broker/drain',
    [],
    {},
    { type: 'flush', database: 'app', probe: 'signal' },
    { type: 'redux-broker/drain', database: 'app' },
    { type: 'redux-broker/drain', database: 'app', probe: 'toString' },
    { type: 'redux-broker/drain', database: 'app', probe: ['signal'] },
  ])('is nothing else: %j', (data) => {
    expect(isDrainCommand(data, 'app')).toBe(false)
  })
})

describe('an ask command', () => {
  it('is known by the worker of the same database, and is no drain command', () => {
    expect(isAskCommand(askCommand('app'), 'app')).toBe(true)
    expect(isAskCommand(askCommand('app'), 'other')).toBe(false)
    expect(isDrainCommand(askCommand('app'), 'app')).toBe(false)
  })

  it.each([undefined, null, 7, 'redux-broker/ask', {}, drainCommand('app', 'signal')])(
    'is nothing else: %j',
    (data) => expect(isAskCommand(data, 'app')).toBe(false),
  )
})

describe('a sync tag', () => {
  it('is of one database, and a new one after a while, since a tag that failed is not hastened by its own name', () => {
    expect(syncTag('app', 0)).toBe(syncTag('app', 599_999))
    expect(syncTag('app', 600_000)).not.toBe(syncTag('app', 599_999))
    expect(syncTag('app', 0).startsWith(syncTagPrefix('app'))).toBe(true)
    expect(syncTag('app2', 0).startsWith(syncTagPrefix('app'))).toBe(false)
  })
})
