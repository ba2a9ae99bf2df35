// Whether anybody is there, as a real browser can find out with a request that has no effect.
import { beforeAll, describe, expect, it } from 'vitest'
import { fetchNetwork } from './fetch-network.js'

const url = (path: string) => new URL(path, location.href).href
const knock = (
  path: string,
  timeoutMs = 10_000,
  signal = new AbortController().signal,
  requestUrl = url(path),
) => fetchNetwork().knock(url(path), { timeoutMs, signal, requestUrl })

let other = ''
beforeAll(async () => {
  other = await (await fetch('/wire/other-origin')).text()
})

describe('a knock at the page’s own origin', () => {
  it.each([200, 401, 404, 405, 500, 503])('returns the status of the answer: %i', async (status) => {
    expect(await knock(`/wire/status?${status}`)).toBe(status)
  })

  it('returns 0 for a redirect, which it does not follow', async () => {
    expect(await knock('/wire/redirect')).toBe(0)
  })

  it('returns nothing if the connection fails, no answer comes in time, or the signal aborts', async () => {
    expect(await knock('/wire/reset')).toBeUndefined()
    expect(await knock('/wire/silent', 200)).toBeUndefined()
    const halt = new AbortController()
    const stopped = knock('/wire/silent', 10_000, halt.signal)
    halt.abort()
    expect(await stopped).toBeUndefined()
    expect(await knock('/wire/status?200', 10_000, halt.signal)).toBeUndefined()
  })

  it('is a HEAD without cookies that no cache answers', async () => {
    await fetch('/wire/set-cookie')
    await knock('/wire/knocked?own')
    await knock('/wire/knocked?own')

    expect(await (await fetch('/wire/knocks?own')).json()).toEqual([
      { method: 'HEAD', cookie: false },
      { method: 'HEAD', cookie: false },
    ])
  })
})

describe('a knock at another origin', () => {
  it.each([200, 404, 502])('returns the status if CORS shows it: %i', async (status) => {
    expect(await knock(`${other}/wire/status?${status}`)).toBe(status)
  })

  it('returns 0 if the origin allows no CORS', async () => {
    expect(await knock(`${other}/wire/no-cors`)).toBe(0)
  })

  it('returns the status if the resource policy forbids all but CORS', async () => {
    expect(await knock(`${other}/wire/cors-only`)).toBe(200)
  })

  it.each([
    ['its resource policy forbids the rest', '/wire/hidden', '/wire/status?200', 200],
    ['the request is not found', '/wire/hidden', '/wire/status?404', 404],
    ['a gateway answers for it', '/wire/hidden', '/wire/status?502', 502],
    ['it is redirected', '/wire/hidden', '/wire/redirect', 0],
    ['the root breaks off', '/wire/reset', '/wire/status?401', 401],
    ['its resource policy allows other origins', '/wire/no-cors', '/wire/status?200', 0],
    ['neither shows anything', '/wire/hidden', '/wire/hidden', undefined],
    ['the request itself breaks off', '/wire/hidden', '/wire/reset', undefined],
  ])('asks the URL of the request if only that URL allows CORS: %s', async (_what, path, request, status) => {
    const halt = new AbortController().signal
    expect(await knock(`${other}${path}`, 10_000, halt, other + request)).toBe(status)
  })

  it('asks its own origin only at the URL of the knock', async () => {
    const halt = new AbortController().signal
    expect(await knock('/wire/reset', 10_000, halt, url('/wire/status?200'))).toBeUndefined()
  })

  it('returns nothing if no server answers', async () => {
    expect(await knock(`${other}/wire/reset`)).toBeUndefined()
    expect(await knock('http://localhost:9/')).toBeUndefined()
  })

  it('carries no cookie', async () => {
    await fetch('/wire/set-cookie')
    await knock(`${other}/wire/knocked?other`)

    expect(await (await fetch(`${other}/wire/knocks?other`)).json()).toEqual([
      { method: 'HEAD', cookie: false },
    ])
  })
})
