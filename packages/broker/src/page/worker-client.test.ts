import { afterEach, expect, it, vi } from 'vitest'
import { draining } from '../core/protocol.js'
import { createWorkerClient } from './worker-client.js'

afterEach(() => vi.useRealTimers())

/** A registration whose worker answers every command so. */
const answering = (answer: unknown) => {
  const active = { postMessage: (_: unknown, [port]: MessagePort[]) => port?.postMessage(answer) }
  return { active } as unknown as ServiceWorkerRegistration
}

it('waits once for a worker that does not answer, and no more until it has answered', async () => {
  vi.useFakeTimers()
  const asked: MessagePort[] = []
  const active = { postMessage: (_: unknown, [port]: MessagePort[]) => asked.push(port as MessagePort) }
  const client = createWorkerClient('db', [])
  client.use({ active } as unknown as ServiceWorkerRegistration)

  const first = client.drain('signal')
  await vi.advanceTimersByTimeAsync(2_000)

  expect(await first).toBe(false)
  expect(client.state()).toBe('silent')
  expect(await client.drain('signal')).toBe(false)
  expect(asked).toHaveLength(2)
  for (const port of asked) port.close()
})

it('tells which needed functions the worker lacks, once it has said what it has', async () => {
  const client = createWorkerClient('db', ['prepareHeaders'])
  expect(client.lacks()).toEqual(['prepareHeaders'])

  client.use(answering(draining(['prepareHeaders', 'another'])))
  expect(await client.drain('signal')).toBe(true)
  expect(client.lacks()).toEqual([])

  client.use(answering(draining([])))
  expect(await client.drain('signal')).toBe(true)
  expect(client.lacks()).toEqual(['prepareHeaders'])
})

it('takes an answer that it does not know for none: the page delivers', async () => {
  const client = createWorkerClient('db', [])
  client.use(answering('redux-broker/draining'))

  expect(await client.drain('signal')).toBe(false)
})
