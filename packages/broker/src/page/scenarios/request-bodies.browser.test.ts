import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { outboxEntries, write } from '../../index.js'
import { bytesOf, type Echo, offline, start } from '../fixtures/browser.fixture.js'

const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)

describe('the body of a write, in a browser', () => {
  it.each([
    ['an ArrayBuffer', () => everyByte.slice().buffer, undefined],
    ['a Blob', () => new Blob([everyByte], { type: 'image/x-test' }), 'image/x-test'],
    ['a File', () => new File([everyByte], 'a.bin', { type: 'application/x-test' }), 'application/x-test'],
  ])('stores and sends %s byte for byte', async (_name, body, type) => {
    const { send } = start()

    const echo = await send({ url: '/wire/echo', method: 'PUT', body: body() }).unwrap()

    expect([...bytesOf(echo)]).toEqual([...everyByte])
    expect(echo.headers['content-type']).toBe(type)
  })

  it('stores and sends a FormData with its files and the right boundary', async () => {
    const form = write(createAction<{ text: string; file: File }>('form'), {
      request({ text, file }) {
        const body = new FormData()
        body.append('text', text)
        body.append('file', file)
        return { url: '/wire/echo', method: 'PUT', body }
      },
      answer: (body) => body as Echo,
    })
    const { store } = start({ routes: [form] })

    const receipt = store.dispatch(form({ text: 'é', file: new File([everyByte], 'a.bin') }))
    const echo = await receipt.unwrap()
    const type = echo.headers['content-type'] ?? ''
    const again = await new Response(bytesOf(echo), { headers: { 'content-type': type } }).formData()

    expect(type).toMatch(/^multipart\/form-data; ?boundary=/)
    expect(again.get('text')).toBe('é')
    expect([...new Uint8Array(await (again.get('file') as File).arrayBuffer())]).toEqual([...everyByte])
  })

  it.each([
    ['a view', () => everyByte.subarray(1, 3), [1, 2], undefined],
    [
      'search parameters',
      () => new URLSearchParams('a=é'),
      [...'a=%C3%A9'].map((c) => c.charCodeAt(0)),
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    [
      'a class with toJSON',
      () => ({ at: new Date(0) }),
      [...'{"at":"1970-01-01T00:00:00.000Z"}'].map((c) => c.charCodeAt(0)),
      'application/json',
    ],
    ['null', () => null, [], undefined],
  ])('sends %s as fetch or JSON does', async (_name, body, bytes, type) => {
    const made = write(createAction('made'), {
      request: () => ({ url: '/wire/echo', method: 'PUT', body: body() }),
      answer: (answer) => answer as Echo,
    })
    const echo = await start({ routes: [made] })
      .store.dispatch(made())
      .unwrap()

    expect([...bytesOf(echo)]).toEqual(bytes)
    expect(echo.headers['content-type']).toBe(type)
  })

  it('refuses values that JSON would lose, and too large files or forms, without reading them', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const reading = vi.spyOn(Response.prototype, 'arrayBuffer')
    const large = new Blob(Array(100).fill(new Blob([new Uint8Array(1_048_576)])))
    const form = new FormData()
    form.append('video', new File([large], 'a.mp4'))
    const bodies = [
      { photo: new File([], 'a') },
      { rects: [new DOMRectReadOnly(), document.body] },
      large,
      form,
    ]
    const made = write(createAction<number>('made'), {
      request: (i) => ({ url: '/x', body: bodies[i] ?? null }),
    })
    const { store } = start({ routes: [made] })

    const accepted = await Promise.all(bodies.map((_, i) => store.dispatch(made(i)).accepted))

    expect(accepted.map((one) => one.status === 'notAccepted' && one.reason)).toEqual([
      'notSerialisable',
      'notSerialisable',
      'bodyTooLarge',
      'bodyTooLarge',
    ])
    expect(reading).not.toHaveBeenCalled()
  })

  it('sends the same bytes after a reload', async () => {
    const name = crypto.randomUUID()
    const first = start({ name })
    const failing = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
    offline()
    await first.send({ url: '/wire/echo', method: 'PUT', body: new Blob([everyByte]) }).accepted
    const [entry] = await outboxEntries(first.broker)
    await first.broker.stop()
    failing.mockRestore()
    vi.restoreAllMocks()
    const fetched = vi.spyOn(globalThis, 'fetch')

    const second = start({ name })
    await second.broker.ready
    await vi.waitFor(() => expect(second.store.getState().broker.waiting).toBe(0))
    const request = fetched.mock.calls
      .map(([input]) => input as Request)
      .find(({ url }) => url.endsWith('/wire/echo'))

    expect([...new Uint8Array(entry?.request.body as ArrayBuffer)]).toEqual([...everyByte])
    expect(request?.headers.get('idempotency-key')).toBe(`"${entry?.key}"`)
  })
})
