import { afterEach, describe, expect, it, vi } from 'vitest'
import { createBroker, type OriginOption, write } from '../index.js'
import { createTestWorld } from '../testing/index.js'
import { brokers, creator, request, routes, user, writes } from './fixtures/wrong-options.fixture.js'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

it('broker.optimistic() names the new option where it is given the old one', () => {
  const { optimistic } = createBroker({ user, routes })

  expect(() => optimistic((state = {}) => state, { truth: () => true } as never)).toThrow(
    'broker.optimistic() got `truth`, expected `fromServer`',
  )
})

describe('broker.optimistic() throws where it is given', () => {
  const { optimistic } = createBroker({ user, routes })
  const reducer = (state: object = {}, _action?: unknown) => state

  it.each([
    ['a slice', { name: 'posts', reducer }, {}, /expects a reducer; got an object with name, reducer\. Pass/],
    ['no reducer', undefined, {}, /expects a reducer; got undefined/],
    ['an option unknown', reducer, { fromserver: () => true }, /no option `fromserver`; it takes fromServer/],
    [
      'a matcher that is no function',
      reducer,
      { fromServer: true },
      /`fromServer` to be a function; got true/,
    ],
    ['a matcher in place of the options', reducer, () => true, /expects options, such as.*got a function/],
    ['null', reducer, null, /expects options, such as { fromServer: postsLoaded\.match }; got null/],
  ])('%s', (_what, given, options, message) => {
    expect(() => optimistic(given as never, options as never)).toThrow(TypeError)
    expect(() => optimistic(given as never, options as never)).toThrow(message)
  })

  it('never a reducer alone, or one with options that may be undefined', () => {
    expect(optimistic(reducer)({}, { type: 'x' })).toEqual({})
    expect(optimistic(reducer, {})({}, { type: 'x' })).toEqual({})
    expect(() => optimistic(reducer, { fromServer: undefined } as never)).not.toThrow()
  })
})

describe('a programmer’s mistake throws at once, and the error says what was given, what was expected and how to fix it', () => {
  it.each(brokers)('createBroker: %s', (_name, options, message) => {
    expect(() => createBroker(options as never)).toThrow(TypeError)
    expect(() => createBroker(options as never)).toThrow(message)
  })

  it.each(writes)('write: %s', (_name, given, options, message) => {
    expect(() => write(given as never, options as never)).toThrow(TypeError)
    expect(() => write(given as never, options as never)).toThrow(message)
  })

  it('accepts every valid option', () => {
    const options = {
      user,
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
    expect(createBroker({ user, routes: [] }).reducerPath).toBe('broker')
  })

  it.each(['sessionProbe', 'statusQuery'] as const)(
    'refuses a %s on an origin that the app does not list, since credentials are sent with it',
    (name) => {
      vi.stubGlobal('location', new URL('https://app.test/feed'))
      const ask = (url: string, origins: readonly OriginOption[] = []) =>
        createBroker({ user, routes, origins, [name]: url })

      expect(() => ask('https://api.test/:key')).toThrow(/own origin.*api\.test\/:key/)
      expect(() => ask('https://api.test/:key', ['https://api.test'])).not.toThrow()
      expect(() => ask('https://app.test/:key')).not.toThrow()
      expect(() => ask('/:key')).not.toThrow()
      expect(() => ask('https://api.test/:key', [{ origin: 'https://api.test' }])).not.toThrow()
    },
  )

  describe.each(['sessionProbe', 'statusQuery', 'knock'] as const)('refuses a %s', (name) => {
    const askIn = (world: object, url: string) =>
      createBroker({ user, routes, origins: ['https://api.test'], [name]: url, ...world })

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
      expect(() => askIn({ world }, url)).toThrow(new RegExp(`\`${name}\` to be.*\`origins\`.*got`))

      vi.stubGlobal('location', new URL('https://app.test/feed'))
      expect(() => askIn({}, url)).toThrow(new RegExp(`\`${name}\` to be.*\`origins\`.*got`))
    })

    it.each(['/:key', 'https://app.test/:key', 'https://api.test/:key'])('never %s', (url) => {
      expect(() => askIn({ world: createTestWorld().tab() }, url)).not.toThrow()
    })
  })

  it('leaves the checks out in production', () => {
    vi.stubEnv('NODE_ENV', 'production')

    expect(() => createBroker({ user, routes, retries: 3 } as never)).not.toThrow()
    expect(() => write(creator, { request, url: '/x' } as never)).not.toThrow()
  })
})
