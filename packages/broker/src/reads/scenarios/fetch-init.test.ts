import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { createTestWorld } from '../../testing/index.js'

const inits: readonly (readonly [string, object])[] = [
  ['method', { method: 'POST' }],
  ['body', { body: '{}' }],
  ['headers', { headers: { accept: 'text/csv' } }],
  ['credentials', { credentials: 'include' }],
  ['cache', { cache: 'force-cache' }],
  ['redirect', { redirect: 'error' }],
  ['keepalive', { keepalive: true }],
  ['freshForMS', { freshForMS: 1 }],
]

describe('an init that broker.fetch does not support', () => {
  beforeEach(() => void vi.stubEnv('NODE_ENV', 'production'))
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
  })

  it.each(inits)('throws in production too, and sends nothing: %s', async (name, init) => {
    const world = createTestWorld()
    const { broker } = openReads(world)
    await world.settle()

    await expect(broker.fetch('/api/x', init as never)).rejects.toThrow(name)
    await expect(broker.fetch('/api/x', init as never)).rejects.toThrow(TypeError)
    expect(world.network.requests).toEqual([])
  })

  it.each(inits.slice(0, 5))('is passed to the plain fetch after stop(): %s', async (name, init) => {
    const plain = vi.fn((_input: unknown, _init?: Record<string, unknown>) =>
      Promise.resolve(new Response('{}')),
    )
    vi.stubGlobal('fetch', plain)
    const { broker } = openReads(createTestWorld())
    await broker.stop()

    await broker.fetch('https://app.test/api/x', { ...init, priority: 1 } as never)

    expect(plain.mock.calls[0]?.[1]?.[name]).toEqual((init as Record<string, unknown>)[name])
    // The browser's own priority is a word. A number would throw.
    expect(plain.mock.calls[0]?.[1]?.['priority']).toBeUndefined()
  })

  it.each([
    ['networkOnly', 'no-store'],
    ['staleWhileRevalidate', 'no-store'],
    ['no-store', 'no-store'],
    ['reload', 'reload'],
    [undefined, undefined],
  ])('gives the plain fetch no word for `cache` that fetch does not know: %s', async (cache, passed) => {
    const plain = vi.fn((_input: unknown, _init?: RequestInit) => Promise.resolve(new Response('{}')))
    vi.stubGlobal('fetch', plain)
    const { broker } = openReads(createTestWorld())
    await broker.stop()

    await broker.fetch('https://app.test/api/x', { cache } as never)

    expect(plain.mock.calls[0]?.[1]?.cache).toBe(passed)
  })
})
