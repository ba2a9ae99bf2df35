// A worker beside a page whose `user` gives nobody, as docs/security.md tells of it.
import { expect, it, vi } from 'vitest'
import { drainCommand } from '../core/delivery/drain-messages.js'
import { sent, startPage, startWorker } from './worker.fixture.js'

/** An app in whose page a write waits. Once that is closed the network is back. */
async function withOneWaiting(name: string = crypto.randomUUID()) {
  const failing = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
  let user = 'ada'
  const { broker, store } = startPage(name, { user: () => user })
  await store.dispatch(sent(`/wire/watched?${name}`)).accepted
  return {
    name,
    lock() {
      user = ''
      store.dispatch({ type: 'locked' })
    },
    async close() {
      await broker.stop()
      failing.mockRestore()
    },
  }
}

const drain = (worker: ServiceWorkerRegistration, name: string) =>
  worker.active?.postMessage(drainCommand(name, 'signal'))

/** Whether the write has come to its server. */
const hasArrived = async (name: string) => (await (await fetch(`/wire/watch?${name}`)).text()) !== 'never'

/** Longer than a worker takes to send. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 2_000))

it('a worker sends nothing once its user’s page returns no user', async () => {
  const { name, lock, close } = await withOneWaiting()
  lock()
  const worker = await startWorker(name)
  await close()
  drain(worker, name)
  await aWhile()

  expect(await hasArrived(name)).toBe(false)
})

it('a worker sends for its last user while no page of the release is open', async () => {
  const { name, close } = await withOneWaiting()
  const worker = await startWorker(name)
  await close()
  drain(worker, name)

  await vi.waitFor(async () => expect(await hasArrived(name)).toBe(true))
})

it('a worker goes on for its last user beside a page that never returns a user', async () => {
  const { name, close } = await withOneWaiting()
  await close()
  await startPage(name, { user: () => undefined }).broker.ready
  drain(await startWorker(name), name)

  await vi.waitFor(async () => expect(await hasArrived(name)).toBe(true))
})

it('a worker that such a page unregisters sends nothing', async () => {
  const name = crypto.randomUUID()
  const worker = await startWorker(name)
  const { active } = worker
  const { close } = await withOneWaiting(name)
  await close()
  await startPage(name, { user: () => undefined }).broker.ready

  await worker.unregister()
  active?.postMessage(drainCommand(name, 'signal'))
  await aWhile()

  expect(active?.state).toBe('redundant')
  expect(await hasArrived(name)).toBe(false)
})
