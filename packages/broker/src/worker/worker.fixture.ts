// A page and a real service worker for the tests of the worker.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { afterEach, expect, vi } from 'vitest'
import { type BrokerOptions, createBroker, write } from '../index.js'

export interface Echo {
  readonly headers: Readonly<Record<string, string>>
}

export const sent = write(createAction<string>('sent'), {
  request: (url) => ({ url, method: 'PUT' }),
  answer: (body) => body as Echo,
})

export const sentWhileSeen = write(createAction<string>('sentWhileSeen'), {
  request: (url) => ({ url, method: 'PUT' }),
  answer: (body) => body as Echo,
  when: { visible: true },
})

export const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  for (const undo of cleanUp.splice(0).reverse()) await undo()
})

export function startPage(name: string, options: Partial<BrokerOptions<object, 'broker'>> = {}) {
  const broker = createBroker({ user: () => 'ada', routes: [sent, sentWhileSeen], name, ...options })
  const store = configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  cleanUp.push(() => broker.stop())
  return { broker, store }
}

/** A worker of its own for each database, active. */
export async function startWorker(name: string, more = ''): Promise<ServiceWorkerRegistration> {
  const script = `/packages/broker/test/worker-fixture.js?name=${name}${more}`
  const registration = await navigator.serviceWorker.register(script, {
    type: 'module',
    scope: `/packages/broker/test/${name}/`,
  })
  cleanUp.push(() => registration.unregister())
  await vi.waitFor(() => expect(registration.active?.state).toBe('activated'))
  return registration
}

export const byTheWorker = ({ headers }: Echo) => (headers['referer'] ?? '').includes('worker-fixture')
