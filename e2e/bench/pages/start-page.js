// The steps of a start before a page shows its waiting entries, piece by piece. Run by start.js.
import { browserPorts } from '../../../packages/broker/dist/adapters/browser-ports.js'
import { renewLog } from '../../../packages/broker/dist/adapters/storage/renew-log.js'
import { readStart } from '../../../packages/broker/dist/core/journal/outbox-changes.js'
import { defaultLimits } from '../../../packages/broker/dist/core/limits.js'
import { append, findPlaces, lanesOf } from '../../../packages/broker/dist/core/outbox/append.js'

const ports = browserPorts('bench', () => import('../../../packages/broker/dist/page/deferred-code.js'))

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const before = performance.now()
  await work()
  return performance.now() - before
}

Object.assign(window, {
  /** Accepts so many entries, of about 300 bytes each. */
  async fill(/** @type {number} */ count) {
    const captures = Array.from({ length: count }, (_, i) => ({
      id: `e${i}`,
      key: `e${i}`,
      lane: `lane ${i}`,
      channel: location.origin,
      action: { type: 'clapped', payload: { postId: String(i) } },
      request: { url: `${location.origin}/${i}`, method: 'POST', headers: [], body: 'x'.repeat(100) },
      server: 'idempotent',
      onReturned: 'skip',
      bytes: 100,
    }))
    for (let i = 0; i < count; i += 500) {
      const some = /** @type {any} */ (captures.slice(i, i + 500))
      await ports.store.transact('readwrite', 'strict', async (tx) =>
        append(tx, await findPlaces(tx, 'p', lanesOf(some)), some, { now: 0, limits: defaultLimits }),
      )
    }
  },
  /**
   * The renewal alone, then all that a start waits for. That is another renewal, opening, comparing and reading the
   * waiting entries.
   */
  async measureStart() {
    const renewal = await timed(() => renewLog(indexedDB))
    const start = await timed(() => ports.store.transact('readonly', 'relaxed', (tx) => readStart(tx, 'p')))
    return { renewal, start }
  },
})
