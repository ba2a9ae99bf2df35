import { describe, expect, it } from 'vitest'
import { identified, withAsked } from './answer-identity.js'

const request = { url: 'https://app.test/', method: 'GET', headers: [['accept', 'text/csv']] } as const

describe('what tells answers apart', () => {
  it.each(['x-team', 'accept-language', 'x-tenant-id', 'x-api-version', 'accept'])(
    'is a header that the app adds: %s',
    (name) => {
      expect(identified(request, [[name, 'red']], []).headers).toEqual([[name, 'red']])
    },
  )

  it.each([
    'authorization',
    'cookie',
    'x-csrf-token',
    'x-xsrf-token',
    'dpop',
    'traceparent',
    'x-request-id',
    'b3',
  ])('is no credential and no trace: %s', (name) => {
    expect(identified(request, [[name, 'a'], ...request.headers], []).headers).toEqual(request.headers)
  })

  it('is not what the app says tells nothing, but for what it asks for by name', () => {
    const prepared = [['x-signature', '1'] as const, ...request.headers]

    expect(identified(request, prepared, ['x-signature', 'accept']).headers).toEqual(request.headers)
  })

  it('leaves as it was when it was asked, beside what is prepared since', () => {
    const prepared = [['authorization', 'new'] as const, ['x-team', 'blue'] as const]

    expect(withAsked(prepared, [['x-team', 'red']])).toEqual([
      ['authorization', 'new'],
      ['x-team', 'red'],
    ])
  })
})
