// The page of the bench of poison, with 200 healthy writes in 50 lanes, and one that is poisoned. Run by poison.js.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { createBroker, discard, write } from 'redux-broker'

const sent = write(
  createAction('sent', (/** @type {Item} */ item) => ({ payload: item })),
  {
    request: ({ path }) => ({ url: `/api/${path}` }),
    lane: ({ n }) => `lane ${n % 50}`,
    server: 'idempotent',
  },
)
/** @typedef {{ n: number, path: string, payload?: unknown }} Item */

const broker = createBroker({ user: () => 'ada', routes: [sent], persist: false })
const store = configureStore({
  reducer: { broker: broker.reducer },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})
/** The first of its lane. */
const poisoned = 27
/** An entry that nobody can read holds them back until it is discarded. */
const behind = [77, 127, 177]
/** @type {Map<number, any>} */
const receipts = new Map()
let delivered = 0

const nested = (/** @type {number} */ depth) => {
  let value = /** @type {unknown} */ ([])
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

/** How an item differs from a healthy one. @type {Record<string, Partial<Item>>} */
const items = {
  'a payload nested 2,800 deep': { payload: nested(2_800) },
  'a URL of 2 MB': { path: `items/${'x'.repeat(2e6)}` },
  'an answer nested 4,000 deep': { path: 'deep' },
  'a settlement that fails': { path: 'poison' },
}

/** Has every transaction fail that puts a row which is refused. @param {(row: unknown) => DOMException | undefined} refuses */
function refusePuts(refuses) {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (/** @type {unknown} */ row) {
    const error = refuses(row)
    if (error !== undefined) throw error
    return put.call(this, row)
  }
}

/** While the page is offline. `kind` is undefined where all are healthy. @param {string | undefined} kind */
async function dispatchAll(kind) {
  await broker.ready
  for (let n = 0; n <= 200; n++) {
    if (n === poisoned && kind === undefined) continue
    const item = { n, path: `items/${n}`, ...(n === poisoned && items[kind ?? '']) }
    /** @type {any} */
    const receipt = store.dispatch(sent(item))
    receipts.set(n, receipt)
    if (n !== poisoned)
      void receipt.settled.then(
        (/** @type {any} */ { status }) => (delivered += Number(status === 'delivered')),
      )
  }
  await Promise.all([...receipts.values()].map(({ accepted }) => accepted))
  if (kind === 'a row that was edited') await edit()
  if (kind === 'a settlement that fails')
    refusePuts((row) =>
      JSON.stringify(row).includes('"told":"poison"') ? new DOMException('', 'UnknownError') : undefined,
    )
  let failures = 5
  if (kind === 'a disk that is full in the middle')
    refusePuts(() =>
      delivered > 90 && failures-- > 0 ? new DOMException('', 'QuotaExceededError') : undefined,
    )
}

/** As a script of the origin may. */
async function edit() {
  const done = (/** @type {IDBRequest} */ request) =>
    new Promise((resolve) => {
      request.onsuccess = () => resolve(request.result)
    })
  const database = await done(indexedDB.open('redux-broker'))
  const entries = database.transaction('entries', 'readwrite').objectStore('entries')
  const rows = await done(entries.getAll())
  const row = rows.find((/** @type {any} */ { request }) => request.url.endsWith(`/${poisoned}`))
  await done(entries.put({ ...row, attempts: 'many' }))
  database.close()
}

/** Milliseconds until all have arrived that no unreadable one holds back, and how the poisoned one ended. */
async function arrive(/** @type {boolean} */ isHeld) {
  const began = performance.now()
  const healthy = [...receipts]
    .filter(([n]) => n !== poisoned && !(isHeld && behind.includes(n)))
    .map(([, { settled }]) => settled)
  await Promise.all(healthy)
  const ms = performance.now() - began
  const end = await Promise.race([receipts.get(poisoned)?.settled, pause(500)])
  return { ms, delivered, end: end && `${end.status}: ${end.reason}` }
}

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** The entry that a page that starts afterwards finds set aside. It is discarded, and those behind it arrive. */
async function discardAside() {
  await broker.ready
  const state = () => store.getState().broker
  const one = Object.values(state().entries).find((entry) => entry.state === 'quarantined')
  if (one === undefined) return undefined
  await discard(broker, one.id)
  while (state().waiting > 0) await pause(20)
  return `${one.state}: ${one.reason}`
}

Object.assign(window, { dispatchAll, arrive, discardAside })
