// The page in a real browser: real IndexedDB, fetch and events.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type BrokerOptions, createBroker, outboxEntries, type RequestTemplate, write } from '../../index.js'

interface Echo {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
const sent = write(createAction<RequestTemplate>('sent'), {
  request: (template) => template,
  answer: (body) => body as Echo,
})

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const broker of open.splice(0)) await broker.stop()
})

function start(options: Partial<BrokerOptions<object, 'broker'>> = {}) {
  const broker = createBroker({
    partition: () => 'ada',
    routes: [sent],
    name: crypto.randomUUID(),
    ...options,
  })
  const store = configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) =>
      getDefault({ serializableCheck: false, immutableCheck: false }).prepend(broker.middleware),
  })
  open.push(broker)
  return { broker, store, send: (template: RequestTemplate) => store.dispatch(sent(template)) }
}

const bytesOf = ({ body }: Echo) => Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)
const offline = () => vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)

describe('a page in a browser', () => {
  it('stores on disk, then sends, and tells the answer (P1, P5)', async () => {
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

  it.each([
    ['an ArrayBuffer', () => everyByte.slice().buffer, undefined],
    ['a Blob', () => new Blob([everyByte], { type: 'image/x-test' }), 'image/x-test'],
    ['a File', () => new File([everyByte], 'a.bin', { type: 'application/x-test' }), 'application/x-test'],
  ])('stores and sends %s byte for byte (F58)', async (_name, body, type) => {
    const { send } = start()

    const echo = await send({ url: '/wire/echo', method: 'PUT', body: body() }).unwrap()

    expect([...bytesOf(echo)]).toEqual([...everyByte])
    expect(echo.headers['content-type']).toBe(type)
  })

  it('stores and sends a FormData with its files, under the boundary that its bytes have (F58)', async () => {
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

  it('refuses what JSON would empty, and a file or a form that is too large, without reading it', async () => {
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

    expect(accepted.map((one) => one.status === 'rejected' && one.reason)).toEqual([
      'notSerialisable',
      'notSerialisable',
      'bodyTooLarge',
      'bodyTooLarge',
    ])
    expect(reading).not.toHaveBeenCalled()
  })

  it('has what IndexedDB does not take end alone, and its neighbours of the same turn arrive (P1)', async () => {
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

    expect(settled.map((one) => (one.status === 'rejected' ? one.reason : one.status))).toEqual([
      'delivered',
      'notSerialisable',
      'delivered',
      'notSerialisable',
      'delivered',
      'delivered',
      'delivered',
    ])
  })

  it('ends an entry whose answer IndexedDB does not take, without it, and its neighbours with theirs', async () => {
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

    expect(settled.map(({ status }) => status)).toEqual(['delivered', 'confirmed', 'delivered', 'delivered'])
    expect(settled[1]).toMatchObject({ reason: 'answerNotStored' })
    expect(reported).toHaveBeenCalledTimes(1)
    expect(urls.filter((url) => url.includes('/wire/echo'))).toHaveLength(4)
  })

  it.each([
    ['李', '%E6%9D%8E'],
    [' a\nb', '%20a%0Ab'],
    [0, '0'],
  ])('sends for any user id: %j', async (user, form) => {
    const { send } = start({ partition: () => user })

    const echo = await send({ url: '/wire/echo', method: 'PUT' }).unwrap()

    expect(echo.headers['idempotency-principal']).toBe(form)
  })

  it.each([
    ['a value outside Latin-1', (headers: Headers) => headers.set('x-user', '李')],
    ['a bad name', () => ({ 'x user': 'ada' }) as never],
  ])(
    'gives an entry back whose headers are none that a request can have: %s',
    async (_name, prepareHeaders) => {
      const { send } = start({ prepareHeaders })

      const settled = await send({ url: '/wire/echo', method: 'PUT' }).settled

      expect(settled).toMatchObject({ status: 'returned', reason: 'invalidRequest' })
    },
  )

  it('sends after a reload what it was given before, the same bytes (F51, F58)', async () => {
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

  it('keeps abreast where no frame is painted: a page that was hidden before its next one', async () => {
    vi.spyOn(globalThis, 'requestAnimationFrame').mockReturnValue(0)
    const { store, send } = start()

    const receipt = send({ url: '/wire/echo', method: 'PUT' })

    expect((await receipt.settled).status).toBe('delivered')
    await vi.waitFor(() => expect(store.getState().broker.waiting).toBe(0))
  })

  it('names its database and its rows so that nothing tells who the user is (SEC1)', async () => {
    const name = crypto.randomUUID()
    const { send } = start({ name, partition: () => 'ada@example.com' })
    await send({ url: '/wire/echo', method: 'PUT' }).settled

    const names = (await indexedDB.databases()).map((database) => database.name)

    expect(names).toContain(name)
    expect(names.join()).not.toContain('ada@')
  })

  it('serves the second store of a database once that is the one in use', async () => {
    const name = crypto.randomUUID()
    start({ name })
    const second = start({ name })

    const receipt = second.send({ url: '/wire/echo', method: 'PUT' })

    expect((await receipt.settled).status).toBe('delivered')
  })

  it('dispatches nothing more and hears nothing once stopped, and its database can go', async () => {
    const name = crypto.randomUUID()
    const { broker, send } = start({ name })
    await send({ url: '/wire/echo', method: 'PUT' }).settled
    await broker.stop()
    const blocked = vi.fn()

    await new Promise<void>((resolve) => {
      const request = indexedDB.deleteDatabase(name)
      request.onblocked = blocked
      request.onsuccess = () => resolve()
    })
    window.dispatchEvent(new Event('online'))
    window.dispatchEvent(new Event('focus'))
    await new Promise((resolve) => requestAnimationFrame(resolve))

    expect(blocked).not.toHaveBeenCalled()
    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name)
  })
})
