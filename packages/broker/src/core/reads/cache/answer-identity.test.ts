import { describe, expect, it } from 'vitest'
import type { ReadNetwork } from '../read-types.js'
import { dependsOnApp, identifyRequest, sendIdentified } from './answer-identity.js'

const request = { url: 'https://app.test/', method: 'GET', headers: [['accept', 'text/csv']] } as const

describe('what tells answers apart', () => {
  it.each(['x-team', 'accept-language', 'x-tenant-id', 'x-api-version', 'accept'])(
    'is a header that the app adds: %s',
    (name) => {
      expect(identifyRequest(request, [[name, 'red']], []).headers).toEqual([[name, 'red']])
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
    expect(identifyRequest(request, [[name, 'a'], ...request.headers], []).headers).toEqual(request.headers)
  })

  it('is not what the app says tells nothing, but for what it asks for by name', () => {
    const prepared = [['x-signature', '1'] as const, ...request.headers]

    expect(identifyRequest(request, prepared, ['x-signature', 'accept']).headers).toEqual(request.headers)
  })

  it('leaves as it was when it was asked, beside what is prepared since', async () => {
    const { sent } = await send(
      [
        ['authorization', 'new'],
        ['x-team', 'blue'],
      ],
      {},
      [['x-team', 'red']],
    )

    expect(sent).toEqual([
      ['authorization', 'new'],
      ['x-team', 'red'],
    ])
  })
})

type Headers = readonly (readonly [string, string])[]

/** Sends a read that was asked with some headers, as others are prepared; its answer has a `Vary`. */
async function send(prepared: Headers, answered: { readonly vary?: string }, asked: Headers = []) {
  let sent: Headers = []
  const network: ReadNetwork = {
    async send({ headers }) {
      sent = headers
      const answer = { status: 200, headers: Object.entries(answered), body: new ArrayBuffer(0) }
      return { kind: 'answer', answer }
    },
  }
  const request = { url: 'https://app.test/', method: 'GET', headers: asked } as const
  const reply = await sendIdentified(network, request, prepared, new AbortController().signal, () => {})
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
