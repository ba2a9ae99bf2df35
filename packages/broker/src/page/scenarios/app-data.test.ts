import { configureStore, createAction, createReducer } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import { openWith } from '../../../test/page-fixture.js'
import { createBroker, outboxEntries, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

let consoleError: Mock
beforeEach(() => {
  consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

const placed = write(
  createAction('placed', (payload: number, broker: unknown) => ({ payload, meta: { broker } })),
  { request: (n) => ({ url: `/orders/${n}` }) },
)
const filled = createAction('filled', (payload: number, meta: object) => ({ payload, meta }))

function openTrading() {
  const world = createTestWorld()
  const seen: unknown[] = []
  const broker = createBroker({ user: () => 'ada', routes: [placed], world: world.tab() })
  const orders = createReducer([] as number[], (builder) =>
    builder.addMatcher(
      (action): action is ReturnType<typeof filled> =>
        'payload' in action && !action.type.startsWith('redux-broker/'),
      (state, action) => {
        seen.push(action.meta)
        state.push(action.payload)
      },
    ),
  )
  const store = configureStore({
    reducer: { broker: broker.reducer, orders: broker.optimistic(orders) },
    middleware: (getDefault) => getDefault({ serializableCheck: false }).prepend(broker.middleware),
  })
  return { world, store, seen }
}

describe('an action with a `meta.broker` of the app’s own', () => {
  it.each(['ACME', { name: 'ACME' }, 7, null, { entryId: 5 }, { outcome: 'filled' }])(
    'is refused with an explanation if the action has a route: %j',
    async (mine) => {
      const { world, store } = openTrading()
      await world.settle()

      const receipt = store.dispatch(placed(1, mine))

      expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
      expect(consoleError).toHaveBeenCalledWith(
        expect.stringMatching(/placed sets `meta\.broker`.*another name/),
        expect.anything(),
      )
      expect(world.network.requests).toEqual([])
    },
  )

  it.each(['ACME', { entryId: 5 }, { outcome: 'filled' }, { outcome: 'delivered' }])(
    'is left unchanged if the action has no route: %j',
    async (mine) => {
      const { world, store, seen } = openTrading()
      await world.settle()

      store.dispatch(filled(1, { broker: mine }))
      store.dispatch(filled(2, { broker: mine, readAt: 5 }))

      expect(store.getState().orders).toEqual([1, 2])
      expect(seen).toEqual([{ broker: mine }, { broker: mine, readAt: 5 }])
    },
  )

  it('that is the broker’s own mark, dispatched again by a listener, is another write', async () => {
    const { world, store } = openTrading()
    await world.settle()
    store.dispatch(placed(1, undefined))
    const marked = { ...placed(1, undefined), meta: { broker: { entryId: 'e1', lane: 'l' } } }

    const receipt = store.dispatch(marked as unknown as ReturnType<typeof placed>)
    await world.settle()

    expect((await receipt.settled).status).toBe('delivered')
    expect(world.network.requests).toHaveLength(2)
  })
})

describe('the parts of a request', () => {
  const url = '/ok'
  const stored = async (request: unknown, more = {}) => {
    const { world, app, dispatch } = openWith({ request: () => request }, more)
    const accepted = await dispatch().accepted
    await world.settle()
    const [entry] = await outboxEntries(app.broker)
    return { accepted, entry, request: entry?.request }
  }

  it.each([null, undefined])('a missing body has no content type: %s', async (body) => {
    const { request } = await stored({ url, method: 'DELETE', body })

    expect(request).toMatchObject({ body: undefined, headers: [['accept', 'application/json']] })
  })

  it('search parameters become a form', async () => {
    const { request } = await stored({ url, body: new URLSearchParams({ a: 'é', b: '1 2' }) })

    expect(request?.headers).toContainEqual([
      'content-type',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ])
    expect(new TextDecoder().decode(request?.body as ArrayBuffer)).toBe('a=%C3%A9&b=1+2')
  })

  it('a view of a buffer becomes its own bytes only', async () => {
    const bytes = new Uint8Array([1, 2, 3, 4])
    const { request } = await stored({ url, body: bytes.subarray(1, 3) })
    const data = await stored({ url, body: new DataView(bytes.buffer, 3) })

    expect([...new Uint8Array(request?.body as ArrayBuffer)]).toEqual([2, 3])
    expect([...new Uint8Array(data.request?.body as ArrayBuffer)]).toEqual([4])
  })

  it.each([
    ['PROPPATCH', 'PROPPATCH'],
    ['MkCol', 'MkCol'],
    ['BREW', 'BREW'],
    ['patch', 'PATCH'],
    ['OPTIONS', 'OPTIONS'],
    ['propfind', 'propfind'],
    ['Put', 'PUT'],
  ])('its method may be any token: %s', async (given, method) => {
    const { entry, request } = await stored({ url, method: given })

    expect(request?.method).toBe(method)
    expect(entry?.state).toBe('waiting')
  })

  it.each(['', 'P UT', 'PUT ', 'é', 'connect', 'Trace', 'TRACK', 'get', 'HEAD', null])(
    'its method may not be forbidden for pages or read-only: %j',
    async (method) => {
      expect((await stored({ url, method })).accepted).toEqual({
        status: 'notAccepted',
        reason: 'invalidRequest',
      })
    },
  )

  it('a payload counts with all of its bytes, and is refused before anything is read', async () => {
    const reading = vi.spyOn(Blob.prototype, 'arrayBuffer')
    const responses = vi.spyOn(Response.prototype, 'arrayBuffer')
    const large = new ArrayBuffer(8 * 1_048_576)
    for (const more of [
      { payload: { file: new Blob([large]) } },
      { payload: { deep: [{ bytes: new Uint8Array(large) }] } },
      { payload: new Map([['a', large]]) },
      { request: () => ({ url, body: new Blob([large]) }) },
      {
        request() {
          const form = new FormData()
          form.append('video', new Blob([large]))
          return { url, body: form }
        },
      },
    ]) {
      const { world, dispatch } = openWith(more, { limits: {} })
      await world.settle()
      expect(await dispatch().accepted).toEqual({ status: 'notAccepted', reason: 'bodyTooLarge' })
    }
    const { dispatch } = openWith(
      { request: () => ({ url, body: new Blob([large]) }) },
      { limits: { bodyBytesMax: Number.POSITIVE_INFINITY, bytesMax: 1_000_000 } },
    )
    expect(await dispatch().accepted).toEqual({ status: 'notAccepted', reason: 'outboxFull' })
    expect(reading).not.toHaveBeenCalled()
    expect(responses).not.toHaveBeenCalled()
  })

  it('an entry counts against bytesMax with its payload', async () => {
    const payload = { postId: 'p1', file: new Blob([new ArrayBuffer(400_000)]) }
    const { world, app, dispatch } = openWith({ payload }, { limits: { bytesMax: 1_000_000 } })
    await world.settle()

    const accepted = [await dispatch().accepted, await dispatch().accepted, await dispatch().accepted]

    expect(accepted.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'notAccepted'])
    expect((await outboxEntries(app.broker)).map(({ bytes }) => bytes > 400_000)).toEqual([true, true])
  })

  it('a Date in a payload stays a Date, after a reload too', async () => {
    const payload = { postId: 'p1', at: new Date(5) }
    const { app, world, dispatch } = openWith({ payload }, { limits: {} })
    await dispatch().accepted
    await world.settle()
    const [entry] = await outboxEntries(app.broker)

    expect(entry?.action.payload).toEqual(payload)
  })

  it('an error names the place of a value that would be lost', async () => {
    const items = [{}, {}, { photo: new Blob(['x']) }]

    expect((await stored({ url, body: { items } })).accepted).toEqual({
      status: 'notAccepted',
      reason: 'notSerialisable',
    })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringMatching(/body\.items\[2\]\.photo is .*\(Blob\)/),
      expect.anything(),
    )
  })
})
