// The page in a real browser: real IndexedDB, fetch and events.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { outboxEntries, write } from '../../index.js'
import { bytesOf, offline, start } from '../fixtures/browser.fixture.js'

describe('a page in a browser', () => {
  it('stores an entry on disk, then sends it, and reports the answer (P1, P5)', async () => {
    const { broker, store, send } = start()

    const receipt = send({ url: '/wire/echo', method: 'PUT', body: { é: 1 } })

    expect(await receipt.accepted).toEqual({ status: 'accepted' })
    const echo = await receipt.unwrap()
    expect(echo).toMatchObject({ method: 'PUT', headers: { 'content-type': 'application/json' } })
    expect(new TextDecoder().decode(bytesOf(echo))).toBe('{"é":1}')
    expect(echo.headers['idempotency-key']).toMatch(/^"[0-9a-f]{32}"$/)
    expect(echo.headers['idempotency-principal']).toBe('ada')
    expect(await outboxEntries(broker)).toEqual([])
    await vi.waitFor(() => expect(store.getState().broker.waiting).toBe(0))
    expect(broker.capabilities()).toMatchObject({ storage: true, locks: true, worker: 'none' })
  })

  it('rejects only the capture that IndexedDB cannot store, and others of the same turn arrive (P1)', async () => {
    vi.spyOn(globalThis, 'reportError').mockImplementation(() => {})
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const nested = (depth: number) => Array.from({ length: depth }).reduce((inner: unknown) => [inner], [])
    const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
    const put = write(createAction<unknown>('put'), {
      request: () => ({ url: '/wire/echo', method: 'PUT', body: {} }),
      lane: () => crypto.randomUUID(),
    })
    const { store } = start({ routes: [put] })

    const settled = await Promise.all(
      [1, module, 2, nested(2_800), 3, nested(3), 4].map((payload) => store.dispatch(put(payload)).settled),
    )

    expect(settled.map((one) => (one.status === 'notAccepted' ? one.reason : one.status))).toEqual([
      'delivered',
      'notSerialisable',
      'delivered',
      'notSerialisable',
      'delivered',
      'delivered',
      'delivered',
    ])
  })

  it('ends an entry without its answer if IndexedDB cannot store that, and others with theirs', async () => {
    const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {})
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { fetch } = globalThis
    const urls: string[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const { url } = input as Request
      urls.push(url)
      if (!url.endsWith('?deep')) return fetch(input, init)
      const body = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
      return new Response(body, { headers: { 'content-type': 'application/json' } })
    })
    const { send } = start()
    const all = ['?a', '?deep', '?b', '?c'].map((query) => send({ url: `/wire/echo${query}`, method: 'PUT' }))

    const settled = await Promise.all(all.map((receipt) => receipt.settled))

    expect(settled.map(({ status }) => status)).toEqual([
      'delivered',
      'deliveredWithoutAnswer',
      'delivered',
      'delivered',
    ])
    expect(settled[1]).toMatchObject({ reason: 'answerNotStored' })
    expect(reported).toHaveBeenCalledTimes(1)
    expect(urls.filter((url) => url.includes('/wire/echo'))).toHaveLength(4)
  })

  it.each([
    ['李', '%E6%9D%8E'],
    [' a\nb', '%20a%0Ab'],
    [0, '0'],
  ])('sends for any user id: %j', async (user, form) => {
    const { send } = start({ user: () => user })

    const echo = await send({ url: '/wire/echo', method: 'PUT' }).unwrap()

    expect(echo.headers['idempotency-principal']).toBe(form)
  })

  it.each([
    ['a value outside Latin-1', (headers: Headers) => headers.set('x-user', '李')],
    ['a bad name', () => ({ 'x user': 'ada' }) as never],
  ])('returns an entry whose headers are invalid: %s', async (_name, prepareHeaders) => {
    const { send } = start({ prepareHeaders })

    const settled = await send({ url: '/wire/echo', method: 'PUT' }).settled

    expect(settled).toMatchObject({ status: 'returned', reason: 'invalidRequest' })
  })

  it('tries again when the browser says that it is online', async () => {
    const { store, send } = start()
    const failing = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
    const away = offline()
    const receipt = send({ url: '/wire/echo', method: 'PUT' })
    await receipt.accepted
    await vi.waitFor(() => expect(store.getState().broker.connectivity).toBe('offline'))

    failing.mockRestore()
    away.mockRestore()
    window.dispatchEvent(new Event('online'))

    expect((await receipt.settled).status).toBe('delivered')
    await vi.waitFor(() => expect(store.getState().broker.connectivity).toBe('online'))
  })

  it('stays up to date in a hidden page, which paints no frame', async () => {
    vi.spyOn(globalThis, 'requestAnimationFrame').mockReturnValue(0)
    const { store, send } = start()

    const receipt = send({ url: '/wire/echo', method: 'PUT' })

    expect((await receipt.settled).status).toBe('delivered')
    await vi.waitFor(() => expect(store.getState().broker.waiting).toBe(0))
  })

  it('names its database and its rows without the user’s id', async () => {
    const name = crypto.randomUUID()
    const { send } = start({ name, user: () => 'ada@example.com' })
    await send({ url: '/wire/echo', method: 'PUT' }).settled

    const names = (await indexedDB.databases()).map((database) => database.name)

    expect(names).toContain(name)
    expect(names.join()).not.toContain('ada@')
  })

  it('serves the second store of a database once that store is in use', async () => {
    const name = crypto.randomUUID()
    start({ name })
    const second = start({ name })

    const receipt = second.send({ url: '/wire/echo', method: 'PUT' })

    expect((await receipt.settled).status).toBe('delivered')
  })

  it('dispatches and receives nothing after stop(), and its database can be deleted', async () => {
    const name = crypto.randomUUID()
    const { broker, send } = start({ name })
    await send({ url: '/wire/echo', method: 'PUT' }).settled
    await broker.stop()

    await new Promise<void>((resolve) => {
      const request = indexedDB.deleteDatabase(name)
      request.onsuccess = () => resolve()
    })
    window.dispatchEvent(new Event('online'))
    window.dispatchEvent(new Event('focus'))
    await new Promise((resolve) => requestAnimationFrame(resolve))

    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name)
  })
})
