import { describe, expect, it, vi } from 'vitest'
import { type RequestOptions, requestOf } from '../run/request-fixture.js'
import { fingerprintOf, isSame } from './fingerprint.js'

async function printOf(options: RequestOptions & { readonly text?: string }): Promise<string> {
  return fingerprintOf(requestOf(options), [new TextEncoder().encode(options.text ?? '{"by":1}')])
}

describe('the fingerprint of a request', () => {
  it('is a SHA-256 that stays the same from release to release', async () => {
    expect(await printOf({ path: '/a?b=1' })).toBe(
      '7dcc6d47e18e72a8b03061833e9514b49149f6da12185f02aa45d55680c0b6de.574fee1a0aba0d9a42e3c4b5e191bb8ebabe6578cf58009020a837ae9901f682',
    )
  })

  it('matches a record of version 0.1.0, which had only the content type of the headers', async () => {
    const recorded = '7dcc6d47e18e72a8b03061833e9514b49149f6da12185f02aa45d55680c0b6de'
    const isRecorded = async (options: RequestOptions & { readonly text?: string }) =>
      isSame(recorded, await printOf(options))
    expect(await isRecorded({ path: '/a?b=1' })).toBe(true)
    expect(await isRecorded({ path: '/a?b=1', headers: { 'if-match': '"2"' } })).toBe(true)
    expect(await isRecorded({ path: '/a?b=2' })).toBe(false)
    expect(await isRecorded({ path: '/a?b=1', headers: { 'content-type': 'text/plain' } })).toBe(false)
    expect(await isRecorded({ path: '/a?b=1', text: '{"by":2}' })).toBe(false)
    expect(isSame('', await printOf({}))).toBe(false)
  })

  it('is the same for a body in any pieces, with and without a hash of the runtime', async () => {
    const bytes = new TextEncoder().encode('{"by":1, "text": "ünï"}')
    const whole = await fingerprintOf(requestOf(), [bytes])
    for (const at of [1, 7, 18]) {
      expect(await fingerprintOf(requestOf(), [bytes.slice(0, at), bytes.slice(at)])).toBe(whole)
    }
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(await fingerprintOf(requestOf(), [bytes.slice(0, 5), bytes.slice(5)])).toBe(whole)
    vi.restoreAllMocks()
  })

  it('differs by method, path, query, content type and body, without ambiguity between them', async () => {
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
      { headers: { 'if-match': '"1"' } },
      { headers: { 'if-match': '"2"' } },
      { headers: { 'if-none-match': '"1"' } },
      { headers: { 'if-none-match': '*' } },
      { headers: { 'if-unmodified-since': 'Mon, 03 Aug 2026 10:00:00 GMT' } },
      { headers: { 'content-encoding': 'gzip' } },
      { headers: { 'content-range': 'bytes 0-7/16' } },
      { headers: { 'x-http-method-override': 'DELETE' } },
      { headers: { 'x-http-method': 'DELETE' } },
      { headers: { 'x-method-override': 'DELETE' } },
      { text: '' },
      { text: '{"by":2}' },
      { text: '{"by": 1}' },
      { text: '\n{"by":1}' },
    ]
    const prints = await Promise.all(different.map(printOf))
    expect(new Set(prints).size).toBe(different.length)
  })

  it('is the same for another attempt with other host, credentials, CSRF token, date, trace, key', async () => {
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
    const body = [new TextEncoder().encode('{"by":1}')]
    expect(await fingerprintOf(first, body)).toBe(await fingerprintOf(second, body))
  })
})
