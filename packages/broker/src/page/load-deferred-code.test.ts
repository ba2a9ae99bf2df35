import { describe, expect, it, vi } from 'vitest'
import { clapped, openApp } from '../../test/page-fixture.js'
import * as statusQuery from '../core/delivery/status-query.js'
import { write } from '../index.js'
import { acknowledge, answer, createTestWorld, cut } from '../testing/index.js'
import { loadDeferredCode } from './load-deferred-code.js'

const later = { queryStatus: 1, questions: 2, recoverRows: 3, syncMirror: 4 }
const failing = (times: number) => {
  let left = times
  return vi.fn(async () => {
    if (left-- > 0) throw new TypeError('Failed to fetch dynamically imported module')
    return later as never
  })
}
/** All that was promised by now has happened. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('deferred code', () => {
  it('is loaded at the start, before it is needed', async () => {
    const load = failing(0)
    const part = loadDeferredCode(load)
    await quiet()

    expect(load).toHaveBeenCalledTimes(1)
    expect(part.statusQueryCode(() => {})).toBe(later)
  })

  it('is loaded again at each use until it succeeds, and reports success', async () => {
    const load = failing(3)
    const part = loadDeferredCode(load)
    const onLoaded = vi.fn()
    const given: unknown[] = []
    for (let need = 0; need < 4; need++) {
      await quiet()
      given.push(part.statusQueryCode(onLoaded))
    }

    expect(load).toHaveBeenCalledTimes(4)
    expect(given).toEqual([undefined, undefined, undefined, later])
    expect(onLoaded).toHaveBeenCalledTimes(1)
  })

  it('rejects a use that fails, without an unhandled rejection', async () => {
    const part = loadDeferredCode(failing(2))

    await expect(part.load()).rejects.toThrow('Failed to fetch')
    await expect(part.load()).resolves.toBe(later)
  })
})

describe('a page without its deferred code', () => {
  const toPlain = write(clapped, { request: ({ postId }) => ({ url: `/api/posts/${postId}/claps` }) })
  const options = { routes: [toPlain], statusQuery: '/api/idempotency/:key' }

  it('delivers, keeps entries in doubt, and asks the server about them once the code is loaded', async () => {
    const world = createTestWorld({
      network: (request) =>
        request.url.includes('/api/idempotency/')
          ? answer(200, { state: 'done', status: 201 })
          : acknowledge(request, {}),
    })
    world.network.next(cut())
    const tab = world.tab()
    let loaded = false
    let onLoaded = () => {}
    const app = openApp(world, {
      ...options,
      world: {
        ...tab,
        statusQueryCode(listener: () => void) {
          onLoaded = listener
          return loaded ? statusQuery : undefined
        },
      },
    })
    const [doubted, other] = [app.clap('p1'), app.clap('p2')]
    await world.settle()
    const before = [app.outbox().entries[doubted.id]?.state, (await other.settled).status]

    loaded = true
    onLoaded()
    await world.settle()

    expect(before).toEqual(['inDoubt', 'delivered'])
    expect(await doubted.settled).toEqual({ status: 'deliveredWithoutAnswer' })
  })
})
