// Registrations and updates of real workers, which are new each time that their script is asked for.
import { configureStore } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Broker, createBroker } from '../../index.js'

const cleanUp: (() => unknown)[] = []
beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
afterEach(async () => {
  vi.restoreAllMocks()
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

function openPage() {
  const broker = createBroker({ user: () => 'ada', routes: [], name: crypto.randomUUID() })
  const seen: boolean[] = []
  const store = configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  store.subscribe(() => {
    const { updateReady } = store.getState().broker
    if (updateReady !== (seen.at(-1) ?? false)) seen.push(updateReady)
  })
  cleanUp.push(() => broker.stop())
  return { broker, seen }
}

/** Registered, active, and in control of a page, since a version waits only where the one before has pages. */
async function begin(broker: Pick<Broker<never, 'broker'>, 'register'>, script: string) {
  const scope = '/wire/page'
  await broker.register(script, { scope })
  const registration = (await navigator.serviceWorker.getRegistration(scope)) as ServiceWorkerRegistration
  cleanUp.push(() => registration.unregister())
  await vi.waitFor(() => expect(registration.active?.state).toBe('activated'))
  const frame = document.createElement('iframe')
  frame.src = scope
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
  document.body.append(frame)
  await loaded
  cleanUp.push(() => frame.remove())
  return registration
}

const worker = () => `/wire/worker.js?${crypto.randomUUID()}`

describe('a new version of the worker', () => {
  it('is reported while it waits, also to a page that opened later', async () => {
    const { broker, seen } = openPage()
    const registration = await begin(broker, worker())
    expect(seen).toEqual([])
    await registration.update()
    await vi.waitFor(() => expect(seen).toEqual([true]))

    const later = openPage()
    await later.broker.register(() => Promise.resolve(registration))

    await vi.waitFor(() => expect(later.seen).toEqual([true]))
  })

  it('stops waiting if another page applies it, and this page goes on', async () => {
    const { broker, seen } = openPage()
    const registration = await begin(broker, worker())
    for (const times of [1, 2]) {
      await registration.update()
      await vi.waitFor(() => expect(seen).toHaveLength(2 * times - 1))
      registration.waiting?.postMessage({ type: 'SKIP_WAITING' })
      await vi.waitFor(() => expect(seen).toHaveLength(2 * times))
    }

    expect(seen).toEqual([true, false, true, false])
  })

  it('that takes over by itself is not reported for long', async () => {
    const { broker, seen } = openPage()
    const registration = await begin(broker, `${worker()}&skips`)
    const first = registration.active
    await registration.update()
    await vi.waitFor(() => expect(registration.active).not.toBe(first))
    await vi.waitFor(() => expect(registration.active?.state).toBe('activated'))

    expect(registration.waiting).toBeNull()
    await vi.waitFor(() => expect(seen.at(-1) ?? false).toBe(false))
  })

  it('that does not exist does not reload the page, and the console says why', async () => {
    const { broker } = openPage()
    await begin(broker, worker())

    broker.applyUpdate()

    expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('found no waiting version'))
  })
})

describe('register', () => {
  it('goes on with the worker of an earlier visit if the new script cannot be loaded', async () => {
    const earlier = openPage()
    const registration = await begin(earlier.broker, worker())
    const { broker } = openPage()

    await broker.register('/wire/gone', { scope: '/wire/page' })

    expect(broker.capabilities().worker).not.toBe('none')
    expect(console.warn).not.toHaveBeenCalledWith(
      expect.stringContaining('service worker was not registered'),
      expect.anything(),
    )
    expect(registration.active).not.toBeNull()
  })

  it('accepts no worker of another origin, so the page delivers', async () => {
    const { broker } = openPage()
    const other = await (await fetch('/wire/other-origin')).text()

    await broker.register(`${other}/wire/page`)

    expect(broker.capabilities().worker).toBe('none')
    expect(console.warn).toHaveBeenCalledWith(
      expect.stringContaining('service worker was not registered'),
      expect.anything(),
    )
  })

  describe.each([
    ['named', (script: string) => script],
    ['named by a function', (script: string) => () => script],
  ])('says what to do where the script that is %s', (_how, name) => {
    it.each([
      [
        'is missing',
        '/wire/status?404',
        /status\?404 is answered with 404 \(.*Copy node_modules\/redux-broker\/dist\/sw\.js to/,
      ],
      [
        'is a page of HTML',
        '/wire/page',
        /is answered with 200 \(text\/html.*a worker has to be JavaScript\. Copy/,
      ],
      ['is redirected', '/wire/redirect', /\/wire\/redirect is answered with a redirect/],
      ['is a module', '/wire/module.js', /\/wire\/module\.js is there.*pass { type: 'module' }/],
      ['does not come', '/wire/reset', /Nobody answers at .*\/wire\/reset\. Start its server/],
      ['has no URL', 'https://', /Pass the URL of its script/],
    ])('%s', async (_what, script, advice) => {
      const { broker } = openPage()

      await broker.register(name(script))

      expect(console.warn).toHaveBeenCalledWith(expect.stringMatching(advice), expect.anything())
      expect(console.warn).toHaveBeenCalledOnce()
      expect(broker.capabilities().worker).toBe('none')
    })
  })

  it('says what to do where a page has no workers, since it came over plain http', async () => {
    const { broker } = openPage()
    vi.stubGlobal('isSecureContext', false)
    cleanUp.push(() => vi.unstubAllGlobals())

    await broker.register(() => (undefined as unknown as ServiceWorkerContainer).ready)

    expect(console.warn).toHaveBeenCalledWith(
      expect.stringMatching(/over https.*serve the page there/),
      expect.anything(),
    )
  })

  it.each([
    ['gives nothing, as on a plain http page', () => undefined],
    ['throws', () => (undefined as unknown as ServiceWorkerContainer).ready],
    ['gives a promise that fails', () => Promise.reject(new Error('no'))],
    ['gives a promise of nothing', () => Promise.resolve(undefined)],
    ['gives something else', () => 7 as unknown as undefined],
  ])('never rejects if its function %s: the page delivers, and says so', async (_, given) => {
    const { broker } = openPage()

    await broker.register(given)

    expect(console.warn).toHaveBeenCalledWith(
      expect.stringMatching(
        /This page delivers while it is open\. Pass the URL of its script, or a registration/,
      ),
      expect.anything(),
    )
    expect(broker.capabilities().worker).toBe('none')
  })
})
