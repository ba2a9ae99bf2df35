// Servers of a test's own, and the requests that the tests of handlers send to them.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import { createIdempotency, memoryStore } from '../src/index.js'

const closers: (() => unknown)[] = []
/** Closes a server after the test. */
export const closeLater = (close: () => unknown): void => void closers.push(close)
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeLater(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const idempotency = () =>
  createIdempotency({ store: memoryStore(), principal: () => 'ada', bodyBytesMax: 200_000 })
export const headers = { 'idempotency-key': '"key-of-sixteen-or-more"', 'idempotency-principal': 'ada' }
export const send = (url: string, body: BodyInit | null, type = 'application/json', more = {}) =>
  fetch(url, { method: 'POST', body, headers: { ...headers, 'content-type': type, ...more } })

export const json = '{ "by": 1.0,\n "text": "ünï" }'
export const parsed = '{"by":1,"text":"ünï"}'
