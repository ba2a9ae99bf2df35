import { afterEach, describe, expect, it, vi } from 'vitest'
import { renewLog } from './renew-log.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('renewing the log at a start (P1)', () => {
  it('creates a database and deletes it, since deleting an absent one writes nothing', async () => {
    const order: string[] = []
    const open = indexedDB.open.bind(indexedDB)
    vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
      const request = open(name, version)
      request.addEventListener('success', () => order.push(`made ${name}`))
      return request
    })
    const remove = indexedDB.deleteDatabase.bind(indexedDB)
    vi.spyOn(indexedDB, 'deleteDatabase').mockImplementation((name) => {
      const request = remove(name)
      request.addEventListener('success', () => order.push(`deleted ${name}`))
      return request
    })

    await renewLog(indexedDB)

    expect(order).toEqual(['made redux-broker-log', 'deleted redux-broker-log'])
  })

  it('leaves no database behind, even if several realms renew the log at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => renewLog(indexedDB)))

    const names = (await indexedDB.databases()).map(({ name }) => name)
    expect(names).not.toContain('redux-broker-log')
  })

  it('never blocks a start for ever, even if it is blocked itself or IndexedDB is missing', async () => {
    const held = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('redux-broker-log')
      request.onsuccess = () => resolve(request.result)
    })

    await renewLog(indexedDB)
    held.close()
    await renewLog(undefined as unknown as IDBFactory)
  })

  it('is left out in a browser without such a log', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const { storageBuckets } = navigator as unknown as { storageBuckets: unknown }
    Reflect.deleteProperty(Navigator.prototype, 'storageBuckets')
    const { navigator: self } = globalThis

    expect('storageBuckets' in self).toBe(false)
    await renewLog(indexedDB)
    Object.defineProperty(Navigator.prototype, 'storageBuckets', {
      configurable: true,
      get: () => storageBuckets,
    })

    expect(open).not.toHaveBeenCalled()
  })
})
