import { describe, expect, it } from 'vitest'
import { isReadCommand, readCommand } from './read-messages.js'

const request = { url: 'https://app.test/me', method: 'GET', headers: [['x-view', 'short']] } as const
const ask = { id: 1, key: 'k', partition: 'p', request, route: 'me/load', priority: 1 }
const command = readCommand({ database: 'app', tab: 't', needs: [], limit: undefined, asks: [ask] })

describe('a read command', () => {
  it('is accepted by the worker of the same database', () => {
    expect(isReadCommand(command, 'app')).toBe(true)
    expect(isReadCommand(command, 'other')).toBe(false)
  })

  it('may have no user and no route, and may only set the limit', () => {
    const ofNobody = { ...ask, partition: undefined, route: undefined }
    expect(isReadCommand({ ...command, asks: [ofNobody] }, 'app')).toBe(true)
    expect(isReadCommand({ ...command, asks: [], limit: { readsMax: 1, saidAt: 0 } }, 'app')).toBe(true)
  })

  it.each([
    undefined,
    null,
    'redux-broker/read',
    [command],
    { ...command, type: 'redux-broker/drain' },
    { ...command, tab: 7 },
    { ...command, needs: 'prepareHeaders' },
    { ...command, needs: [{}] },
    { ...command, asks: undefined },
    { ...command, asks: [undefined] },
    ...[{ readsMax: 0, saidAt: 0 }, { readsMax: 1.5, saidAt: 0 }, { readsMax: 1 }, null].map((limit) => ({
      ...command,
      limit,
    })),
    ...[
      { id: '1' },
      { key: undefined },
      { partition: 1 },
      { route: {} },
      { priority: 0 },
      { priority: 10 },
      { priority: '1' },
      { request: null },
      { request: { ...request, url: new URL(request.url) } },
      { request: { ...request, method: 'POST' } },
      { request: { ...request, method: ['GET'] } },
      { request: { ...request, headers: { 'x-view': 'short' } } },
      { request: { ...request, headers: [['x-view']] } },
      { request: { ...request, headers: [['x-view', 1]] } },
      { request: { ...request, headers: ['ab'] } },
    ].map((part) => ({ ...command, asks: [{ ...ask, ...part }] })),
  ])('is not accepted as %j', (data) => {
    expect(isReadCommand(data, 'app')).toBe(false)
  })
})
