import { describe, expect, it } from 'vitest'
import { type KeyParts, readKey } from './read-key.js'
import type { ReadRequest } from './read-types.js'

const me: ReadRequest = { url: 'https://app.test/api/me', method: 'GET', headers: [] }
const keyOf = (request: Partial<ReadRequest> = {}, partition: KeyParts['scope'] = 'p') =>
  readKey({ scope: partition, request: { ...me, ...request } })

const at = (path: string) => keyOf({ url: `https://app.test${path}` })

describe('reads have the same key', () => {
  it.each([
    ['in any order of the query', '/posts?page=2&top=1', '/posts?top=1&page=2'],
    ['with an empty query', '/posts?', '/posts'],
    ['with an ampersand too many', '/posts?a=1&&b=2&', '/posts?a=1&b=2'],
    ['whatever the fragment', '/posts#top', '/posts'],
    ['whatever a fragment with a question mark', '/posts?a=1#b?c', '/posts?a=1'],
  ])('%s', (_, one, other) => expect(at(one)).toBe(at(other)))

  it('in any order of their headers', () => {
    const accept = ['accept', 'application/json'] as const
    const language = ['accept-language', 'de'] as const
    expect(keyOf({ headers: [accept, language] })).toBe(keyOf({ headers: [language, accept] }))
  })
})

describe('reads have different keys', () => {
  it.each([
    ['of two users', keyOf({}, 'p'), keyOf({}, 'q')],
    ['of a user and of nobody', keyOf({}, 'undefined'), readKey({ scope: undefined, request: me })],
    ['of two methods', keyOf({ method: 'HEAD' }), keyOf()],
    ['of two paths', at('/a'), at('/b')],
    ['of two origins', keyOf({ url: 'https://other.test/api/me' }), keyOf()],
    ['of two values', at('/posts?page=1'), at('/posts?page=2')],
    ['whose values of one name are in another order', at('/posts?tag=a&tag=b'), at('/posts?tag=b&tag=a')],
    ['one with a name without a value', at('/posts?all'), at('/posts?all=')],
    [
      'of two languages',
      keyOf({ headers: [['accept-language', 'de']] }),
      keyOf({ headers: [['accept-language', 'fr']] }),
    ],
    ['one that takes a 304 for an answer', keyOf({ headers: [['if-none-match', '"1"']] }), keyOf()],
    ['one with a header', keyOf({ headers: [['accept-language', 'de']] }), keyOf()],
  ])('%s', (_, one, other) => expect(one).not.toBe(other))
})

it('does not change the request', () => {
  const headers = [
    ['b', '2'],
    ['a', '1'],
  ] as const
  keyOf({ headers })
  expect(headers.map(([name]) => name)).toEqual(['b', 'a'])
})
