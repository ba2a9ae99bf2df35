import { describe, expect, it } from 'vitest'
import { fingerprintOf } from './fingerprint.js'
import { type RequestOptions, requestOf } from './request-fixture.js'

async function printOf(options: RequestOptions & { readonly text?: string }): Promise<string> {
  return fingerprintOf(requestOf(options), new TextEncoder().encode(options.text ?? '{"by":1}'))
}

describe('the fingerprint of a request', () => {
  it('SC8 is a SHA-256 that stays the same from release to release', async () => {
    expect(await printOf({ path: '/a?b=1' })).toBe(
      '7dcc6d47e18e72a8b03061833e9514b49149f6da12185f02aa45d55680c0b6de',
    )
  })

  it('SC8 differs by method, path, query, content type and body, and by nothing that moves between them', async () => {
    const different: (RequestOptions & { readonly text?: string })[] = [
      {},
      { method: 'PUT' },
      { path: '/clap' },
      { path: '/claps/' },
      { path: '/claps?a=1&a=2' },
      { path: '/claps?a=2&a=1' },
      { path: '/claps%3Fa=1&a=2' },
      { headers: { 'content-type': 'text/plain' } },
      { headers: { 'content-type': 'application/json; charset=utf-8' } },
      { text: '' },
      { text: '{"by":2}' },
      { text: '{"by": 1}' },
      { text: '\n{"by":1}' },
    ]
    const prints = await Promise.all(different.map(printOf))
    expect(new Set(prints).size).toBe(different.length)
  })

  it('SC8 is the same for another attempt: other host, credentials, CSRF token, date, trace, key', async () => {
    const first = requestOf({ headers: { authorization: 'Bearer a', date: 'Mon, 03 Aug 2026 10:00:00 GMT' } })
    const second = new Request('https://fallback.test:8443/claps#top', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer b',
        'x-csrf-token': 'c',
        traceparent: '00-d',
      },
      body: '{"by":1}',
    })
    const body = new TextEncoder().encode('{"by":1}')
    expect(await fingerprintOf(first, body)).toBe(await fingerprintOf(second, body))
  })
})
