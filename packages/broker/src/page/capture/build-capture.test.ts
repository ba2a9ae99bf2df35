import type { Action } from 'redux'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openWith } from '../../../test/page-fixture.js'
import { outboxEntries } from '../../index.js'
import { storedAction } from './stored-action.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const url = '/ok'

describe('a capture', () => {
  const stored = async (request: unknown, more = {}) => {
    const { world, app, dispatch } = openWith({ request }, more)
    await dispatch().accepted
    await world.settle()
    const [entry] = await outboxEntries(app.broker)
    return { entry, request: entry?.request }
  }

  it('has an absolute URL without its fragment, and an upper-case method', async () => {
    const { request } = await stored(() => ({ url: 'sub?q=1#part', method: 'delete' }))

    expect(request).toMatchObject({ url: 'https://app.test/sub?q=1', method: 'DELETE' })
  })

  it('may go to another origin that createBroker lists', async () => {
    const { entry } = await stored(() => ({ url: 'https://api.test/x' }), { origins: ['https://api.test'] })

    expect(entry?.channel).toBe('https://api.test')
  })

  it('is in the lane of its URL without the query, unless the route names a lane', async () => {
    const { entry } = await stored(() => ({ url: '/things/7?draft=1' }))

    expect(entry?.lane).toBe('https://app.test/things/7')
  })

  it('has a JSON body with its content type, unless the route names another', async () => {
    const json = await stored(() => ({ url, body: { a: [1] } }))
    const own = await stored(() => ({
      url,
      body: [1],
      headers: { 'content-type': 'application/vnd.x+json' },
    }))

    expect(json.request?.body).toBe('{"a":[1]}')
    expect(json.request?.headers).toContainEqual(['content-type', 'application/json'])
    expect(own.request?.headers).toContainEqual(['content-type', 'application/vnd.x+json'])
  })

  it('has the bytes of a form with their boundary', async () => {
    const form = new FormData()
    form.append('text', 'é')

    const { request } = await stored(() => ({ url, body: form }), { limits: {} })
    const again = await new Response(request?.body as ArrayBuffer, {
      headers: [...(request?.headers ?? [])].map(([name, value]): [string, string] => [name, value]),
    }).formData()

    expect(again.get('text')).toBe('é')
  })

  it('is a copy: later changes of the payload or the buffer do not affect it', async () => {
    const buffer = new Uint8Array([1, 2, 3]).buffer
    const { entry } = await stored(() => {
      queueMicrotask(() => new Uint8Array(buffer).fill(9))
      return { url, body: buffer }
    })

    expect([...new Uint8Array(entry?.request.body as ArrayBuffer)]).toEqual([1, 2, 3])
  })

  it('keeps its key, which has 128 random bits and does not depend on the payload', async () => {
    const { entry } = await stored(() => ({ url }))

    expect(entry?.key).toMatch(/^[0-9a-f]{32}$/)
  })

  it('is counted with the bytes of its body and its action', async () => {
    const { entry } = await stored(() => ({ url, body: 'éé' }))

    const [, actionBytes] = storedAction(entry?.action as Action, { bodyBytesMax: 1e6, bytesMax: 1e6 })
    expect(entry?.bytes).toBe(4 + actionBytes)
  })
})

describe('strings of an entry beside its body', () => {
  const one = (more: object, lane = 'l') => ({ request: () => ({ url, ...more }), lane: () => lane })

  it.each([
    ['lane', one({}, 'L'.repeat(8_001))],
    ['method', one({ method: 'M'.repeat(8_001) })],
    ['headers', one({ headers: { accept: 'a'.repeat(8_001) } })],
    ['headers', one({ headers: { accept: 'a'.repeat(4_000), prefer: 'a'.repeat(4_000) } })],
  ])('may not be longer than a URL: %s', async (name, route) => {
    const { dispatch } = openWith(route, { limits: {} })

    expect(await dispatch().accepted).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
    expect(console.error).toHaveBeenCalledWith(
      expect.stringMatching(
        new RegExp(`The \`${name}\` of .* has \\d+ characters; the limit is 8000.*Shorten it`),
      ),
      expect.anything(),
    )
  })

  it('may be as long as a URL', async () => {
    const route = one(
      { method: 'M'.repeat(8_000), headers: { accept: 'a'.repeat(7_000) } },
      'L'.repeat(8_000),
    )
    const { world, dispatch } = openWith(route, { limits: {} })
    await world.settle()

    expect(await dispatch().accepted).toEqual({ status: 'accepted' })
  })
})
