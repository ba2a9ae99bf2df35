import { createAction } from '@reduxjs/toolkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { liked } from '../../test/page-fixture.js'
import { createBroker, type OriginOption, write } from '../index.js'
import { createTestWorld } from '../testing/index.js'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

const partition = () => 'ada'
const routes = [liked]
const creator = createAction<string>('x')
const request = () => ({ url: '/x' })

const brokers: readonly (readonly [name: string, options: unknown, message: RegExp])[] = [
  ['nothing', undefined, /expects options with `partition` and `routes`; got undefined/],
  ['a string', 'x', /expects options.*got 'x'/],
  ['no partition', { routes }, /`partition` to be a function from the state to the user id.*got undefined/],
  ['a partition that is a string', { routes, partition: 'ada' }, /`partition`.*got 'ada'/],
  ...['shop', '/shop', 'shop/', '', '//x/', '/a/../b/', '/a?b/', '/a b/', 'https://o.example/', 7, null].map(
    (base): readonly [string, unknown, RegExp] => [
      `a base that is ${JSON.stringify(base)}`,
      { partition, routes, base },
      /`base` to be a path from '\/' to '\/'.*such as '\/shop\/'; got/,
    ],
  ),
  ['no routes', { partition }, /`routes` to be an array of what write\(\) and read\(\) gave; got undefined/],
  [
    'routes that are no list',
    { partition, routes: { liked } },
    /`routes` to be an array.*got an object with liked/,
  ],
  [
    'a plain creator among the routes',
    { partition, routes: [creator] },
    /what write\(\) or read\(\) gave.*wrap it in write/,
  ],
  [
    'undefined among the routes',
    { partition, routes: [undefined] },
    /what write\(\) or read\(\) gave.*got undefined/,
  ],
  [
    'two routes for one action',
    { partition, routes: [liked, liked] },
    /two routes for the action 'posts\/liked'; keep one/,
  ],
  [
    'an option unknown',
    { partition, routes, retries: 3 },
    /no option `retries`; it takes reducerPath, name, base, partition/,
  ],
  [
    'headers that are no function',
    { partition, routes, prepareHeaders: {} },
    /`prepareHeaders` to be a function; got an object/,
  ],
  ...[
    [
      'headers to store that are a text',
      'x-feature',
      /an array such as \['x-client-version'\]; got 'x-feature'/,
    ],
    ['a header to store that is a number', ['x-feature', 7], /names of headers; got 7/],
    ['a header to store with a blank', ['x feature'], /names of headers; got 'x feature'/],
    ['a header to store without a name', [''], /names of headers; got ''/],
    ['a credential to store', ['Authorization'], /without credentials.*prepareHeaders.*got 'Authorization'/],
    ['a cookie to store', ['x-feature', 'cookie'], /without credentials.*got 'cookie'/],
    ['a key to store', ['Idempotency-Key'], /without credentials.*got 'Idempotency-Key'/],
    ...[
      'x-api-key',
      'Api-Key',
      'apikey',
      'X-Auth-Token',
      'x-auth',
      'x-token',
      'x-access-token',
      'csrf-token',
      'X-Session-Id',
      'x-amz-security-token',
      'x-client-secret',
      'x-user-authorization',
    ].map((name) => [
      `${name}, which looks like a credential, to store`,
      [name],
      RegExp(`without credentials.*got '${name}'`),
    ]),
  ].map(([name, storedHeaders, message]) => [name, { partition, routes, storedHeaders }, message] as never),
  [
    'a produce that is no function',
    { partition, routes, produce: true },
    /`produce` to be a function; got true/,
  ],
  ['an empty name', { partition, routes, name: '' }, /`name` to be a string that is not empty; got ''/],
  ['a reducer path that is a number', { partition, routes, reducerPath: 1 }, /`reducerPath`.*got 1/],
  [
    'a session probe that is a URL object',
    { partition, routes, sessionProbe: new URL('https://x.test') },
    /`sessionProbe`/,
  ],
  [
    'a session probe that cannot be parsed',
    { partition, routes, sessionProbe: 'https://' },
    /`sessionProbe` to be a URL.*got 'https:\/\/'/,
  ],
  [
    'a status query without a place for the key',
    { partition, routes, statusQuery: '/api/idempotency' },
    /`statusQuery` to be a URL, such as '\/api\/idempotency\/:key'; got '\/api\/idempotency'/,
  ],
  ['a status query that is no text', { partition, routes, statusQuery: 7 }, /`statusQuery`.*got 7/],
  [
    'a wish to persist that is no wish',
    { partition, routes, persist: 'yes' },
    /`persist` to be true or false; got 'yes'/,
  ],
  [
    'a server unknown',
    { partition, routes, server: 'smart' },
    /`server` to be 'idempotent' or 'plain'; got 'smart'/,
  ],
  [
    'an origin that is a string',
    { partition, routes, origins: 'https://a.test' },
    /`origins` to be an array such as/,
  ],
  [
    'an origin with a path',
    { partition, routes, origins: ['https://a.test/v1'] },
    /whole origins without a path.*got 'https:\/\/a.test\/v1'/,
  ],
  ['an origin that is no URL', { partition, routes, origins: ['a.test'] }, /whole origins.*got 'a.test'/],
  [
    'an origin with options and a path',
    { partition, routes, origins: [{ origin: 'https://a.test/v1', credentials: 'include' }] },
    /whole origins without a path.*got 'https:\/\/a.test\/v1'/,
  ],
  [
    'options without an origin',
    { partition, routes, origins: [{ credentials: 'include' }] },
    /whole origins without a path.*got an object with credentials/,
  ],
  [
    'credentials that fetch does not know',
    { partition, routes, origins: [{ origin: 'https://a.test', credentials: true }] },
    /`credentials` to be 'include' or 'same-origin'; got true/,
  ],
  [
    'another option of an origin',
    { partition, routes, origins: [{ origin: 'https://a.test', withCredentials: true }] },
    /`origins` to be objects with `origin` and `credentials`.*got an object with origin, withCredentials/,
  ],
  ['nothing among the origins', { partition, routes, origins: [null] }, /whole origins.*got null/],
  ['an origin that is any', { partition, routes, origins: ['*'] }, /whole origins.*got '\*'/],
  ['limits that are a number', { partition, routes, limits: 7 }, /`limits` to be an object; got 7/],
  [
    'a limit unknown',
    { partition, routes, limits: { retries: 3 } },
    /no limit `retries`; there are entriesMax, bytesMax/,
  ],
  [
    'a limit of zero',
    { partition, routes, limits: { entriesMax: 0 } },
    /`limits.entriesMax` to be a number from 1; got 0/,
  ],
  [
    'a limit that is not a number',
    { partition, routes, limits: { bytesMax: Number.NaN } },
    /`limits.bytesMax`.*got NaN/,
  ],
  [
    'an attempt longer than the lease (R7)',
    { partition, routes, limits: { attemptMs: 75_000 } },
    /`limits.attemptMs` to be less than the lease of 75000 ms/,
  ],
]

const writes: readonly (readonly [name: string, creator: unknown, options: unknown, message: RegExp])[] = [
  [
    'no creator, as a circle of imports gives',
    undefined,
    { request },
    /expects an action creator.*got undefined.*createAction in the file of the routes/,
  ],
  [
    'a function without a type',
    () => ({ type: 'x' }),
    { request },
    /expects an action creator with a `type`/,
  ],
  ['an action', { type: 'x' }, { request }, /expects an action creator.*got an object with type/],
  ['no options', creator, undefined, /write\(x\) expects options with a `request` function; got undefined/],
  ['no request', creator, {}, /`request`, a function from the payload.*got undefined/],
  ['a request that is a URL', creator, { request: '/x' }, /`request`.*got '\/x'/],
  ['a lane that is a string', creator, { request, lane: 'x' }, /`lane` to be a function; got 'x'/],
  [
    'an answer that is a schema',
    creator,
    { request, answer: { parse() {} } },
    /`answer` to be a function; got an object with parse/,
  ],
  [
    'a server unknown',
    creator,
    { request, server: true },
    /`server` to be 'idempotent' or 'plain'; got true/,
  ],
  [
    'an end unknown',
    creator,
    { request, onReturned: 'cascade' },
    /`onReturned` to be 'skip' or 'block'; got 'cascade'/,
  ],
  [
    'an option unknown',
    creator,
    { request, url: '/x' },
    /write\(x\) knows no option `url`; it takes request, lane/,
  ],
]

describe('a programmer’s mistake throws at once, and says what was got, what was expected and how to mend it', () => {
  it.each(brokers)('createBroker: %s', (_name, options, message) => {
    expect(() => createBroker(options as never)).toThrow(TypeError)
    expect(() => createBroker(options as never)).toThrow(message)
  })

  it.each(writes)('write: %s', (_name, given, options, message) => {
    expect(() => write(given as never, options as never)).toThrow(TypeError)
    expect(() => write(given as never, options as never)).toThrow(message)
  })

  it('takes every option that is right', () => {
    const options = {
      partition,
      routes,
      name: 'mine',
      reducerPath: 'outbox',
      server: 'idempotent',
      origins: ['https://api.test', 'http://localhost:8080'],
      sessionProbe: '/api/me',
      limits: { entriesMax: 1, attemptMs: 59_999 },
      prepareHeaders() {},
    } as const

    expect(createBroker(options).reducerPath).toBe('outbox')
    expect(createBroker({ partition, routes: [] }).reducerPath).toBe('broker')
  })

  it.each(['sessionProbe', 'statusQuery'] as const)(
    'SEC6 refuses a %s on an origin that the app does not name, for credentials go with it',
    (name) => {
      vi.stubGlobal('location', new URL('https://app.test/feed'))
      const ask = (url: string, origins: readonly OriginOption[] = []) =>
        createBroker({ partition, routes, origins, [name]: url })

      expect(() => ask('https://api.test/:key')).toThrow(/own origin.*api\.test\/:key/)
      expect(() => ask('https://api.test/:key', ['https://api.test'])).not.toThrow()
      expect(() => ask('https://app.test/:key')).not.toThrow()
      expect(() => ask('/:key')).not.toThrow()
      expect(() => ask('https://api.test/:key', [{ origin: 'https://api.test' }])).not.toThrow()
    },
  )

  describe.each(['sessionProbe', 'statusQuery', 'knock'] as const)('refuses a %s', (name) => {
    const askIn = (world: object, url: string) =>
      createBroker({ partition, routes, origins: ['https://api.test'], [name]: url, ...world })

    it.each([
      ['of an origin that is not in the list', 'https://other.test/:key'],
      ['of another port of the page’s own host', 'https://app.test:8443/:key'],
      ['of another scheme', 'http://app.test/:key'],
      ['that begins with two slashes', '//other.test/:key'],
      ['that names the host as its user', 'https://app.test@other.test/:key'],
      ['with credentials, of which no request can be made', 'https://ada:secret@app.test/:key'],
      ['that is no web address', 'data:text/plain,:key'],
    ])('%s, in a page and in a world of tests', (_what, url) => {
      const world = createTestWorld().tab()
      expect(() => askIn({ world }, url)).toThrow(new RegExp(`\`${name}\` to be.*\`origins\` lists.*got`))

      vi.stubGlobal('location', new URL('https://app.test/feed'))
      expect(() => askIn({}, url)).toThrow(new RegExp(`\`${name}\` to be.*\`origins\` lists.*got`))
    })

    it.each(['/:key', 'https://app.test/:key', 'https://api.test/:key'])('never %s', (url) => {
      expect(() => askIn({ world: createTestWorld().tab() }, url)).not.toThrow()
    })
  })

  it('leaves the checks out in production', () => {
    vi.stubEnv('NODE_ENV', 'production')

    expect(() => createBroker({ partition, routes, retries: 3 } as never)).not.toThrow()
    expect(() => write(creator, { request, url: '/x' } as never)).not.toThrow()
  })
})
