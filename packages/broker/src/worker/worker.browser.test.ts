// The broker in a real service worker, with the page that asks it.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { describe, expect, it, vi } from 'vitest'
import { askCommand, drainCommand, draining } from '../core/delivery/drain-messages.js'
import { createBroker, discardAll, reads, watchReads, write } from '../index.js'
import { byTheWorker, cleanUp, type Echo, sent, startPage, startWorker } from './worker.fixture.js'

const held = write(createAction<string>('held'), {
  request: (url) => ({ url, method: 'PUT' }),
  success: 'any2xx',
})

function ask(registration: ServiceWorkerRegistration, message: unknown): Promise<unknown> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data)
    registration.active?.postMessage(message, [port2])
  })
}

describe('a broker worker', () => {
  it('delivers entries of a page, and the page is told', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name)
    await broker.register(Promise.resolve(await startWorker(name)))

    const echo = await store.dispatch(sent('/wire/echo')).unwrap()

    expect(byTheWorker(echo)).toBe(true)
    expect(broker.capabilities().worker).toBe('active')
    await vi.waitFor(() => expect(store.getState().broker.waiting).toBe(0))
  })

  it('sends the cookies of a listed other origin, with writes and with reads', async () => {
    const name = crypto.randomUUID()
    const other = await (await fetch('/wire/other-origin')).text()
    await fetch('/wire/set-cookie')
    // The page alone would send none.
    const { broker, store } = startPage(name, { origins: [other], reads: reads() })
    await broker.register(Promise.resolve(await startWorker(name, `&cookiesToPort=${new URL(other).port}`)))

    const written = await store.dispatch(sent(`${other}/wire/echo`)).unwrap()
    const read = (await (await broker.fetch(`${other}/wire/echo`)).json()) as Echo

    for (const echo of [written, read]) expect(echo.headers['cookie']).toContain('wire=crumb')
  })

  it('delivers without a page the entries that one left', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name)
    const failing = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
    await store.dispatch(sent('/wire/echo')).accepted
    await broker.stop()
    failing.mockRestore()

    const worker = await startWorker(name)
    expect(await ask(worker, drainCommand(name, 'signal'))).toMatchObject(
      draining(['reads', location.origin]),
    )
    const types: string[] = []
    const later = createBroker({ user: () => 'ada', routes: [sent], name })
    configureStore({
      reducer: (_state: object = {}, action: { type: string }) => {
        types.push(action.type)
        return {}
      },
      middleware: (getDefault) => getDefault().prepend(later.middleware),
    })
    cleanUp.push(() => later.stop())

    await vi.waitFor(() => expect(types).toContain('sent/delivered'))
  })

  it('counts as active once it has answered for the database, without a write', async () => {
    const name = crypto.randomUUID()
    const { broker } = startPage(name)
    const registration = await startWorker(name)
    await broker.register(() => registration)
    await vi.waitFor(() => expect(broker.capabilities().worker).toBe('active'))

    const { broker: another } = startPage(crypto.randomUUID())
    await another.register(Promise.resolve(registration))

    await vi.waitFor(() => expect(another.capabilities().worker).toBe('silent'))
  })

  it('knows the user of the session, and when there is none (P6)', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const before = await ask(registration, 'who')
    const { broker } = startPage(name)
    await broker.ready

    expect(before).toBe('nobody')
    expect(await ask(registration, 'who')).toBe('ada')
  })

  it('has no user after discardAll, and delivers the next change for the user', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const { broker, store } = startPage(name)
    await broker.register(registration)
    await store.dispatch(sent('/wire/echo')).unwrap()
    expect(await ask(registration, 'who')).toBe('ada')

    await discardAll(broker)
    expect(await ask(registration, 'who')).toBe('nobody')
    const echo = await store.dispatch(sent('/wire/echo')).unwrap()

    expect(byTheWorker(echo)).toBe(true)
    expect(echo.headers['idempotency-principal']).toBe('ada')
    expect(await ask(registration, 'who')).toBe('ada')
  })

  it('answers a query with its functions, for its own database only', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name, '&token=t')

    expect(await ask(registration, askCommand(name))).toEqual(
      draining(['prepareHeaders', 'reads', location.origin]),
    )
  })

  it('obeys no message but a drain command for its own database', async () => {
    const name = crypto.randomUUID()
    const registration = await startWorker(name)
    const answered: unknown[] = []
    const { port1, port2 } = new MessageChannel()
    const other = new MessageChannel()
    port1.onmessage = ({ data }) => answered.push(data)
    other.port1.onmessage = ({ data }) => answered.push(data)

    registration.active?.postMessage({ type: 'redux-broker/send', url: 'https://evil.example' }, [port2])
    registration.active?.postMessage(drainCommand('another', 'signal'), [other.port2])
    registration.active?.postMessage(askCommand('another'))
    await ask(registration, 'who')

    expect(answered).toEqual([])
  })

  it('respects its limits', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name)
    await broker.register(Promise.resolve(await startWorker(name, '&failuresMax=1')))

    expect(await store.dispatch(sent('/wire/page')).settled).toMatchObject({
      status: 'returned',
      reason: 'failuresMax',
    })
  })

  it('has its reads and its writes share its connections', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, { reads: reads() })
    await broker.register(Promise.resolve(await startWorker(name, '&concurrencyMax=1')))
    await broker.ready
    const ended: string[] = []
    const isSent = new Promise((resolve) =>
      watchReads(broker, ({ kind }) => kind === 'sent' && resolve(undefined)),
    )
    // It has the only connection for 300 ms.
    const read = broker.fetch(`/wire/seen?${name}`).then(() => ended.push('read'))
    await isSent
    const written = store.dispatch(sent('/wire/echo')).settled.then(() => ended.push('write'))

    await Promise.all([read, written])
    expect(ended).toEqual(['read', 'write'])
  })

  it('is replaced by a newer version, even if a page sends commands as its last work ends', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name, { routes: [held] })
    const registration = await startWorker(name)
    await broker.register(registration)
    const { settled } = store.dispatch(held(`/wire/parts?${name}`))
    await fetch(`/wire/next-part?${name}`)
    const { active, scope } = registration
    await navigator.serviceWorker.register(`${active?.scriptURL}&newer`, { type: 'module', scope })
    await vi.waitFor(() => expect(registration.waiting?.state).toBe('installed'), { timeout: 20_000 })

    const asking = setInterval(() => active?.postMessage(askCommand(name)), 1)
    await fetch(`/wire/end-part?${name}`)
    await settled
    setTimeout(() => clearInterval(asking), 500)

    await vi.waitFor(() => expect(registration.waiting).toBeNull(), { timeout: 10_000 })
  })

  it('that does not answer is not waited for: the page delivers itself', async () => {
    const name = crypto.randomUUID()
    const { broker, store } = startPage(name)
    const silent = await startWorker(crypto.randomUUID())
    await broker.register(Promise.resolve(silent))

    const echo = await store.dispatch(sent('/wire/echo')).unwrap()

    expect(byTheWorker(echo)).toBe(false)
    expect(broker.capabilities().worker).toBe('silent')
  })

  it('that cannot be registered is no reason to fail: the page delivers, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { broker, store } = startPage(crypto.randomUUID())

    await broker.register('/wire/page')

    expect(warn).toHaveBeenCalledWith(expect.stringContaining('This page delivers'), expect.anything())
    expect(broker.capabilities().worker).toBe('none')
    expect((await store.dispatch(sent('/wire/echo')).settled).status).toBe('delivered')
  })
})
