import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { write } from '../index.js'
import { byTheWorker, type Echo, sent, sentWhileSeen, startPage, startWorker } from './worker.fixture.js'

describe('a broker worker', () => {
  it('leaves entries that need a function it lacks to the page', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, {
      prepareHeaders: (headers) => headers.set('x-token', 'secret'),
    })
    await broker.register(Promise.resolve(await startWorker(name)))

    const echo = await store.dispatch(sent('/wire/echo')).unwrap()

    expect(byTheWorker(echo)).toBe(false)
    expect(echo.headers['x-token']).toBe('secret')
    expect(broker.capabilities()).toMatchObject({ worker: 'active', workerLacks: ['prepareHeaders'] })
  })

  it.each([
    ['leaves to the page what goes to an origin that it was not told of', [], 1],
    ['delivers to another origin that it was told of', ['other'], 0],
    ['delivers to another origin that it was told of among several', ['https://more.example', 'other'], 0],
  ])('%s', async (_, told, byThePage) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const other = await (await fetch('/wire/other-origin')).text()
    const origins = told.map((origin) => (origin === 'other' ? other : origin))
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, { origins: [other] })
    const more = origins.map((origin) => `&origins=${encodeURIComponent(origin)}`).join('')
    await broker.register(await startWorker(name, more))
    const fetched = vi.spyOn(globalThis, 'fetch')

    await store.dispatch(sent(`${other}/wire/echo`)).unwrap()

    expect(fetched).toHaveBeenCalledTimes(byThePage)
    expect(broker.capabilities().workerLacks).toEqual(byThePage === 1 ? [other] : [])
  })

  it.each([
    ['sends nothing there without the cookies that the app said', 'origins', '', 1],
    ['sends nothing at all without them, as where it lacks a function', 'origins', 'own', 1],
    ['sends with them where it was told', 'cookiesToPort', '', 0],
  ])('%s', async (_, told, to, byThePage) => {
    const other = await (await fetch('/wire/other-origin')).text()
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, { origins: [{ origin: other, credentials: 'include' }] })
    const value = told === 'origins' ? encodeURIComponent(other) : new URL(other).port
    await broker.register(await startWorker(name, `&${told}=${value}`))
    const fetched = vi.spyOn(globalThis, 'fetch')

    await store.dispatch(sent(`${to === 'own' ? '' : other}/wire/echo`)).unwrap()

    expect(fetched).toHaveBeenCalledTimes(byThePage)
    expect(broker.capabilities().workerLacks).toEqual(byThePage === 1 ? [`cookies:${other}`] : [])
  })

  it('leaves entries that require a visible page to such a page', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name)
    await broker.register(Promise.resolve(await startWorker(name)))

    const echo = await store.dispatch(sentWhileSeen('/wire/echo')).unwrap()

    expect(byTheWorker(echo)).toBe(false)
    expect(broker.capabilities()).toMatchObject({ worker: 'active', workerLacks: [] })
  })

  it('delivers them if it has the function, with the headers of its own', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, { prepareHeaders: (headers) => headers.set('x-token', 'page') })
    await broker.register(Promise.resolve(await startWorker(name, '&token=worker')))

    const echo = await store.dispatch(sent('/wire/echo')).unwrap()

    expect(byTheWorker(echo)).toBe(true)
    expect(echo.headers['x-token']).toBe('worker')
    expect(broker.capabilities()).toMatchObject({ worker: 'active', workerLacks: [] })
  })

  it.each([
    ['leaves to the page what only a function of the page can judge', '', false, ['refusedWhen:judged']],
    ['judges by the function that it was given', '&refuses=', true, []],
  ])('%s', async (_, more, byWorker, workerLacks) => {
    const judged = write(createAction<string>('judged'), {
      request: (refuse) => ({ url: '/wire/echo', method: 'PUT', headers: { 'x-refuse': refuse } }),
      answer: (body) => body as Echo,
      refusedWhen: ({ body }) => (body as Echo).headers['x-refuse'] === 'yes',
    })
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, { routes: [judged], storedHeaders: ['x-refuse'] })
    await broker.register(Promise.resolve(await startWorker(name, more)))

    const [refused, taken] = ['yes', 'no'].map((refuse) => store.dispatch(judged(refuse)))

    expect(await refused?.settled).toMatchObject({ status: 'returned', reason: 'refused', httpStatus: 200 })
    expect(byTheWorker((await taken?.unwrap()) as Echo)).toBe(byWorker)
    expect(broker.capabilities()).toMatchObject({ worker: 'active', workerLacks })
  })
})
