import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import { openApp, openWith, type Post } from '../../../test/page-fixture.js'
import { outboxEntries } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

let consoleError: Mock
beforeEach(() => {
  consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

const untouched: Post = { likes: 0, likedByMe: false, claps: 0 }

class Draft {
  readonly text = 'x'
}

const circular: Record<string, unknown> = {}
circular['self'] = circular

interface Row {
  /** The mistake. */
  readonly name: string
  readonly request?: unknown
  readonly lane?: unknown
  readonly payload?: unknown
  readonly reason: string
  /** The sentences that the developer reads. */
  readonly advice: RegExp
}

const url = '/ok'
const url_ = (value: unknown) => () => ({ url: value })
const body = (value: unknown) => () => ({ url, body: value })

const rows: readonly Row[] = [
  {
    name: 'a request that throws',
    request: () => {
      throw new Error('boom')
    },
    reason: 'invalidRequest',
    advice: /`request` of posts\/clapped threw/,
  },
  {
    name: 'no request at all',
    request: () => undefined,
    reason: 'invalidRequest',
    advice: /must give a `url`.*undefined/,
  },
  {
    name: 'no URL',
    request: () => ({}),
    reason: 'invalidRequest',
    advice: /`url` that is a string; it gave undefined/,
  },
  {
    name: 'a promise of a request',
    request: async () => ({ url }),
    reason: 'invalidRequest',
    advice: /`url` that is a string/,
  },
  { name: 'a URL that is a number', request: url_(7), reason: 'invalidRequest', advice: /it gave 7/ },
  {
    name: 'a URL that cannot be parsed',
    request: url_('https://'),
    reason: 'invalidRequest',
    advice: /that can be parsed; it gave 'https:\/\/'/,
  },
  {
    name: 'a URL of another scheme',
    request: url_('javascript:alert(1)'),
    reason: 'invalidRequest',
    advice: /of http or https/,
  },
  {
    name: 'a file’s URL',
    request: url_('file:///etc/passwd'),
    reason: 'invalidRequest',
    advice: /of http or https/,
  },
  {
    name: 'an origin that is not allowed (SEC6)',
    request: url_('https://evil.example/x'),
    reason: 'invalidRequest',
    advice: /createBroker's `origins` lists; it gave 'https:\/\/evil/,
  },
  {
    name: 'a URL that starts with //',
    request: url_('//evil.example/x'),
    reason: 'invalidRequest',
    advice: /own origin/,
  },
  {
    name: 'an allowed origin’s name before another’s (SEC7)',
    request: url_('https://app.test.evil.example/'),
    reason: 'invalidRequest',
    advice: /own origin/,
  },
  {
    name: 'another port (SEC6)',
    request: url_('https://app.test:8443/'),
    reason: 'invalidRequest',
    advice: /own origin/,
  },
  {
    name: 'a user in the URL (SEC7)',
    request: url_('https://app.test@evil.example/'),
    reason: 'invalidRequest',
    advice: /without credentials/,
  },
  {
    name: 'a method that is no token',
    request: () => ({ url, method: 'BREW COFFEE' }),
    reason: 'invalidRequest',
    advice: /`method` of posts\/clapped must be a token of HTTP.*it is 'BREW COFFEE'/,
  },
  {
    name: 'a method that reads',
    request: () => ({ url, method: 'GET' }),
    reason: 'invalidRequest',
    advice: /it is 'GET'/,
  },
  {
    name: 'a method that no proxy should take (SEC6)',
    request: () => ({ url, method: 'TRACE' }),
    reason: 'invalidRequest',
    advice: /it is 'TRACE'/,
  },
  {
    name: 'a method that is a number',
    request: () => ({ url, method: 1 }),
    reason: 'invalidRequest',
    advice: /it is 1/,
  },
  {
    name: 'headers that are not valid',
    request: () => ({ url, headers: { 'a b': 'x' } }),
    reason: 'invalidRequest',
    advice: /`headers` of posts\/clapped are not valid/,
  },
  {
    name: 'a header with a line break',
    request: () => ({ url, headers: { a: 'x\r\ny: z' } }),
    reason: 'invalidRequest',
    advice: /not valid/,
  },
  {
    name: 'a lane that throws',
    lane: () => {
      throw new Error('boom')
    },
    reason: 'invalidRequest',
    advice: /`lane` of posts\/clapped threw/,
  },
  {
    name: 'a lane that is a number',
    lane: () => 7,
    reason: 'invalidRequest',
    advice: /must give a string; it gave 7/,
  },
  {
    name: 'a body with a function',
    request: body({ f() {} }),
    reason: 'notSerialisable',
    advice: /`body` of posts\/clapped cannot be turned into JSON/,
  },
  { name: 'a body with a big integer', request: body({ n: 1n }), reason: 'notSerialisable', advice: /JSON/ },
  {
    name: 'a body that holds itself',
    request: body(circular),
    reason: 'notSerialisable',
    advice: /JSON.*; body\.\w+ is body again/,
  },
  {
    name: 'a body that is a function',
    request: body(() => {}),
    reason: 'notSerialisable',
    advice: /must be a plain object.*it is/,
  },
  { name: 'a body that is a big integer', request: body(7n), reason: 'notSerialisable', advice: /it is 7n/ },
  {
    name: 'a stream',
    request: body(new ReadableStream()),
    reason: 'notSerialisable',
    advice: /must be a plain object/,
  },
  {
    name: 'an object of a class',
    request: body(new Draft()),
    reason: 'notSerialisable',
    advice: /an object with text/,
  },
  {
    name: 'a Map',
    request: body(new Map()),
    reason: 'notSerialisable',
    advice: /it is an object with no keys \(Map\)/,
  },
  {
    name: 'a body over the limit',
    request: body('x'.repeat(101)),
    reason: 'bodyTooLarge',
    advice: /has 101 bytes or more; at most 100 are taken \(limits\.bodyBytesMax\)/,
  },
  {
    name: 'a body over the limit in bytes, not in letters',
    request: body('é'.repeat(60)),
    reason: 'bodyTooLarge',
    advice: /has 120 bytes/,
  },
  {
    name: 'bytes over the limit',
    request: body(new ArrayBuffer(101)),
    reason: 'bodyTooLarge',
    advice: /101 bytes/,
  },
  {
    name: 'a file over the limit',
    request: body(new Blob(['x'.repeat(101)])),
    reason: 'bodyTooLarge',
    advice: /101 bytes/,
  },
  {
    name: 'a payload with a function',
    payload: { postId: 'p1', f() {} },
    reason: 'notSerialisable',
    advice: /action posts\/clapped holds something that cannot be stored/,
  },
  {
    name: 'a payload that holds itself',
    payload: { ...circular, postId: 'p1', circular },
    reason: 'notSerialisable',
    advice: /plain data; action\.payload\.self\.self is action\.payload\.self again/,
  },
  {
    name: 'a payload with a big integer',
    payload: { postId: 'p1', n: 5n } as never,
    reason: 'notSerialisable',
    advice: /action\.payload\.n is 5n/,
  },
]

describe('what cannot be captured settles as rejected, is shown to nobody and is not half stored', () => {
  it.each(rows)('$name', async ({ reason, advice, ...row }) => {
    const { world, app, dispatch } = openWith(row)
    await world.settle()

    const receipt = dispatch()
    const settled = await receipt.settled
    await world.settle()

    expect(settled).toEqual({ status: 'rejected', reason })
    expect(await receipt.accepted).toEqual({ status: 'rejected', reason })
    expect(app.post('p1')).toEqual({ ...untouched, problem: reason })
    expect(app.outbox()).toMatchObject({ waiting: 0 })
    expect(await outboxEntries(app.broker)).toEqual([])
    expect(consoleError).toHaveBeenCalledWith(expect.stringMatching(advice), expect.anything())
    expect(world.reports).toEqual([])
  })

  it('a relative URL where there is no page to start from', async () => {
    const world = createTestWorld()
    const tab = world.tab()
    const bare = { ...tab, host: { ...tab.host, baseUrl: undefined } }
    const app = openApp(world, { tab: bare })

    const receipt = app.clap('p1')

    expect(await receipt.settled).toEqual({ status: 'rejected', reason: 'invalidRequest' })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringMatching(
        /that is absolute: there is no page to start from; it gave '\/api\/posts\/p1\/claps'/,
      ),
      expect.anything(),
    )
  })

  it('an action while nobody is signed in', async () => {
    const world = createTestWorld()
    const app = openApp(world, { user: undefined })

    const receipt = app.clap('p1')

    expect(await receipt.settled).toEqual({ status: 'rejected', reason: 'signedOut' })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringMatching(/posts\/clapped was dispatched while `partition` gives no user/),
      expect.anything(),
    )
  })

  it('says nothing of it to the console in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    // The modules ask once, as they are loaded: a bundler leaves the advice out.
    vi.resetModules()
    const { openWith } = await import('../../../test/page-fixture.js')
    const { dispatch } = openWith({ request: () => ({}) })

    await dispatch().settled
    vi.unstubAllEnvs()

    expect(consoleError).not.toHaveBeenCalled()
  })
})
