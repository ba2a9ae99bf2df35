import { afterEach, expect, it, vi } from 'vitest'
import { createWorkerClient } from './worker-client.js'

afterEach(() => vi.useRealTimers())

it('waits once for a worker that does not answer, and no more until it has answered', async () => {
  vi.useFakeTimers()
  const asked: MessagePort[] = []
  const active = { postMessage: (_: unknown, [port]: MessagePort[]) => asked.push(port as MessagePort) }
  const client = createWorkerClient('db')
  client.use({ active } as unknown as ServiceWorkerRegistration)

  const first = client.drain('signal')
  await vi.advanceTimersByTimeAsync(2_000)

  expect(await first).toBe(false)
  expect(client.state()).toBe('silent')
  expect(await client.drain('signal')).toBe(false)
  expect(asked).toHaveLength(2)
  for (const port of asked) port.close()
})
