import { describe, expect, it } from 'vitest'
import type { Network, WireReply } from '../../network/network.js'
import { dependsOnApp, sendKeyed, withKeyHeaders } from './key-headers.js'

const request = { url: 'https://app.test/', method: 'GET', headers: [['accept', 'text/csv']] } as const

describe('the part of a request that identifies its answer', () => {
  it.each(['x-team', 'accept-language', 'x-tenant-id', 'x-api-version', 'accept'])(
    'is a header that the app adds: %s',
    (name) => {
      expect(withKeyHeaders(request, [[name, 'red']], []).headers).toEqual([[name, 'red']])
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
    expect(withKeyHeaders(request, [[name, 'a'], ...request.headers], []).headers).toEqual(request.headers)
  })

  it('leaves out headers that the app ignores, unless the read itself names them', () => {
    const prepared = [['x-signature', '1'] as const, ...request.headers]

    expect(withKeyHeaders(request, prepared, ['x-signature', 'accept']).headers).toEqual(request.headers)
  })

  it('keeps the headers of the time when it was asked, beside newly prepared credentials', async () => {
    const { sent } = await send(
      [
        ['authorization', 'new'],
        ['x-team', 'blue'],
      ],
      {},
      [
        ['x-team', 'red'],
        ['accept', 'text/csv'],
      ],
    )

    expect(sent).toEqual([
      ['authorization', 'new'],
      ['x-team', 'red'],
      ['accept', 'text/csv'],
    ])
  })

  it('prefers JSON, unless the read names an `accept`', async () => {
    const sent = async (asked: Headers) => (await send([], {}, asked)).sent

    expect(await sent([])).toEqual([['accept', 'application/json, */*;q=0.5']])
    expect(await sent([['accept', 'text/csv']])).toEqual([['accept', 'text/csv']])
  })
})

describe('a reply', () => {
  const reply = async (given: WireReply) => sendKeyed({ fetch: async () => given }, request, [], options)

  it('is an answer with all of its parts', async () => {
    const answer = {
      status: 404,
      headers: [],
      body: new ArrayBuffer(2),
      statusText: 'No',
      url: 'https://app.test/b',
    }

    expect(await reply({ kind: 'answer', ...answer })).toEqual({ kind: 'answer', answer })
  })

  it('is too large, a redirect, or a failure', async () => {
    const kindOf = async (given: WireReply) => (await reply(given)).kind

    expect(await kindOf({ kind: 'answer', status: 200, headers: [], body: undefined })).toBe('tooLarge')
    expect(await kindOf({ kind: 'redirect' })).toBe('redirect')
    expect(await kindOf({ kind: 'cut', status: 200 })).toBe('failed')
    expect(await kindOf({ kind: 'invalid', message: 'no' })).toBe('failed')
    expect(await kindOf({ kind: 'failed' })).toBe('failed')
  })
})

const options = { bytesMax: 99, signal: new AbortController().signal, moved() {} }

type Headers = readonly (readonly [string, string])[]

/** Sends a read that was asked with some headers while others are prepared. Its answer has a `Vary`. */
async function send(prepared: Headers, answered: { readonly vary?: string }, asked: Headers = []) {
  let sent: Headers = []
  const network: Pick<Network, 'fetch'> = {
    async fetch({ headers }) {
      sent = headers
      return { kind: 'answer', status: 200, headers: Object.entries(answered), body: new ArrayBuffer(0) }
    },
  }
  const request = { url: 'https://app.test/', method: 'GET', headers: asked } as const
  const reply = await sendKeyed(network, request, prepared, options)
  return { sent, variesBeyondKey: reply.kind === 'answer' && reply.answer.variesBeyondKey === true }
}

describe('an answer whose Vary names a header', () => {
  it.each([
    ['that was added as the request left', 'X-Team', [['x-team', 'red']], [], true],
    ['that was added, among others', 'origin,  x-Lang , cookie', [['x-lang', 'de']], [], true],
    ['that the app says tells nothing, though it was there', 'x-signature', [['x-signature', '1']], [], true],
    ['of the key', 'x-team', [['x-team', 'blue']], [['x-team', 'red']], false],
    ['that nobody sent', 'x-team, accept-encoding', [], [], false],
    [
      'that is a credential: the partition tells users apart',
      'authorization, cookie',
      [['authorization', 't']],
      [],
      false,
    ],
    ['other than the one that was added', 'accept', [['x-team', 'red']], [], false],
  ] as const)('%s', async (_, vary, prepared, asked, variesBeyondKey) => {
    expect((await send(prepared, { vary }, asked)).variesBeyondKey).toBe(variesBeyondKey)
  })

  it.each([
    ['x-team', true],
    ['Accept-Encoding, X-Team', true],
    ['accept-language, origin, cookie, authorization', false],
    ['origin, access-control-request-method, sec-fetch-mode', false],
    ['accept', false],
    ['accept-profile', true],
    ['Accept-Version', true],
    ['accept-datetime', true],
    ['x-known', false],
  ])('%s depends on what the app adds: %s', (vary, depends) => {
    const known = { ...request, headers: [['x-known', '1']] } as const
    expect(dependsOnApp({ headers: [['vary', vary]] }, known)).toBe(depends)
  })
})
