import { describe, expect, it } from 'vitest'
import { waiting } from '../fixtures/entry.fixture.js'
import { damaged, fields, type Row, states, trouble } from '../fixtures/stored-rows.fixture.js'
import { type EntryRow, entryVersion } from '../rows/entry.js'
import type { JournalRow } from '../rows/rows.js'
import { isValidEntry, isValidJournalRow, toQuarantined } from './row-validation.js'

describe('a row', () => {
  it.each(Object.entries(states))('that is %s is valid as this release writes it', (_name, row) => {
    expect(isValidEntry(row)).toBe(true)
  })

  it.each(fields)('that is %s is invalid with another type for its %s', (name, place) => {
    for (const value of [null, Number.NaN, {}, ['x']])
      expect(isValidEntry(damaged(states[name] as Row, place, value))).toBe(false)
  })

  it.each([
    ['success', 7],
    ['success', { status: 200 }],
    ['success', { contentTypes: 'text/plain' }],
    ['refusedWhen', { path: '/errors' }],
    ['refusedWhen', [{ path: 7 }]],
    ['refusedWhen', [{ header: ['x'] }, { path: '/errors' }]],
    ['refusedWhen', ['/errors']],
    ['success', { status: ['200'] }],
    ['success', { contentTypes: [{ toString: 7 }] }],
    ['key', 'a\r\nb'],
    ['key', '李'],
    ['server', 'x'],
    ['onReturned', ''],
    ['effect', 'some'],
    ['attempts', -1],
    ['failures', 0.5],
    ['failures', -1e308],
    ['fence', 2 ** 53],
    ['bytes', -1],
    ['channel', ''],
    ['dueAt', 1],
    ['dueAt', 'x'],
    ['dueAt', undefined],
    ['unsure', 'sending'],
    ['head', false],
    ['notBefore', 7],
    ['trouble', { ...trouble, times: -1e308 }],
  ])('is invalid with another value for its %s: %j', (place, value) => {
    expect(isValidEntry(damaged(waiting(), place, value))).toBe(false)
  })

  it.each([
    ['success', 'any2xx'],
    ['success', { status: [201], contentTypes: ['text/plain'] }],
    ['refusedWhen', [{ path: '/errors' }, { header: 'x-error', value: 'quota' }, { text: 'FAULT' }]],
  ])('is valid with its %s: %j', (place, value) => {
    expect(isValidEntry(damaged(waiting(), place, value))).toBe(true)
  })

  it('P11 of a newer release is invalid, and one of an older release is valid', () => {
    expect(isValidEntry(waiting({ version: entryVersion + 1 }))).toBe(false)
    expect(isValidEntry(waiting({ version: entryVersion - 1 }))).toBe(true)
  })

  it.each([
    ['https://evil.example/like', 'POST'],
    ['https://o.example.evil/like', 'POST'],
    ['javascript:0', 'POST'],
    ['https://o.example/like', 'TRACE'],
    ['https://o.example/like', 'CONNECT'],
  ])('with a request that no capture makes is invalid: %s by %s', (url, method) => {
    const { request } = waiting()

    expect(isValidEntry(waiting({ request: { ...request, url, method } }))).toBe(false)
  })

  it.each([
    ['x y', '1'],
    ['', '1'],
    ['Accept', '1'],
    ['naïve', '1'],
    ['x:y', '1'],
    ['x', 'one\r\nhost: evil.example'],
    ['x', 'a\u0000b'],
    ['x', '字'],
    ['x', ' 1'],
  ])('with a header that `Headers` cannot have is invalid: %j with %j', (name, value) => {
    const { request } = waiting()

    expect(isValidEntry(waiting({ request: { ...request, headers: [[name, value]] } }))).toBe(false)
  })

  it.each([
    'authorization',
    'cookie',
    'cookie2',
    'set-cookie',
    'proxy-authorization',
    'x-csrf-token',
    'x-xsrf-token',
    'idempotency-key',
    'idempotency-principal',
  ])('with a header that no release stores is invalid: %s', (name) => {
    const { request } = waiting()
    const headers = [['accept', 'a'] as const, [name, 'Bearer stolen'] as const]

    expect(isValidEntry(waiting({ request: { ...request, headers } }))).toBe(false)
  })

  it.each(['x-client-version', 'authorization-hint', 'x-cookie', 'x-tenant', 'idempotency'])(
    'with a header that an app may list is valid: %s',
    (name) => {
      const { request } = waiting()

      expect(isValidEntry(waiting({ request: { ...request, headers: [[name, 'x']] } }))).toBe(true)
    },
  )

  it('P11 is valid with any headers that `Headers` can have', () => {
    const { request } = waiting()
    const headers = [...new Headers({ Accept: 'a, b;q=0.5', 'X-~!#$%&': ' é\t1 ', empty: '' })]

    expect(isValidEntry(waiting({ request: { ...request, headers } }))).toBe(true)
  })

  it.each(['string', new ArrayBuffer(2), undefined])('is valid with each kind of body', (body) => {
    const { request } = waiting()

    expect(isValidEntry(waiting({ request: { ...request, body } }))).toBe(true)
  })
})

describe('the description of a row that cannot be read', () => {
  it('has its own id, lane and type, and says whether a newer release wrote it', () => {
    expect(toQuarantined(waiting({ version: entryVersion + 1 }))).toEqual({
      id: 'id-1',
      lane: 'lane',
      type: 'liked',
      reason: 'newer',
    })
  })

  it('has its sequence number if the other fields are damaged', () => {
    const row = { partition: 'p', seq: 7, version: 'x', action: null } as unknown as EntryRow

    expect(toQuarantined(row)).toEqual({ id: 'unreadable-7', lane: '', type: '', reason: 'damaged' })
  })
})

describe('a row of the journal', () => {
  const row: JournalRow = {
    partition: 'p',
    number: 1,
    kind: 'delivered',
    at: 0,
    entryId: 'a',
    seq: 1,
    lane: 'x',
    action: { type: 'liked' },
    attempts: 1,
  }

  it.each(['kind', 'at', 'entryId', 'seq', 'lane', 'action'])('requires its %s', (field) => {
    expect(isValidJournalRow(row)).toBe(true)
    expect(isValidJournalRow({ ...row, [field]: null })).toBe(false)
  })
})
