// The page of the bench. It claps, once after the other, in an outbox with so many lanes that dead letters hold back.
import { configureStore, createAction } from '@reduxjs/toolkit'
import { createBroker, write } from 'redux-broker'

const clapped = write(
  createAction('clapped', (/** @type {string} */ postId) => ({ payload: { postId } })),
  {
    request: ({ postId }) => ({ url: `/api/posts/${postId}/claps`, body: { by: 1 } }),
    lane: ({ postId }) => `${location.origin}/api/posts/${postId}/claps`,
    onReturned: 'block',
  },
)

function start() {
  const broker = createBroker({
    user: () => 'ada',
    routes: [clapped],
    server: 'idempotent',
    limits: { entriesMax: 100_000 },
  })
  const store = configureStore({
    reducer: { broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  return { broker, store }
}

/** The rows of letters, as the broker writes them. */
async function seed(/** @type {number} */ count) {
  const first = start()
  await first.broker.ready
  await first.broker.stop()
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('redux-broker')
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
  const tx = database.transaction(['partitions', 'deadLetters'], 'readwrite')
  const rows = tx.objectStore('partitions')
  rows.getAll().onsuccess = (/** @type {any} */ { target }) => {
    const [row] = target.result
    for (let i = 0; i < count; i++) tx.objectStore('deadLetters').put(letter(row.partition, row.nextSeq + i))
    rows.put({ ...row, dead: count, nextSeq: row.nextSeq + count, bytes: 60 * count })
  }
  await new Promise((resolve) => {
    tx.oncomplete = resolve
  })
  database.close()
}

const letter = (/** @type {string} */ partition, /** @type {number} */ seq) => {
  const url = `${location.origin}/api/posts/blocked-${seq}/claps`
  return {
    version: 1,
    partition,
    seq,
    id: `letter-${seq}`,
    key: `letter-${seq}`,
    lane: url,
    channel: location.origin,
    action: { type: 'clapped', payload: { postId: `blocked-${seq}` } },
    request: { url, method: 'POST', headers: [['content-type', 'application/json']], body: '{"by":1}' },
    server: 'idempotent',
    onReturned: 'block',
    bytes: 60,
    state: 'dead',
    acceptedAt: 0,
    attempts: 1,
    failures: 0,
    fence: 1,
    effect: 'none',
    reason: 'refused',
    httpStatus: 422,
    returnedAt: 0,
  }
}

/** The times from dispatch to accepted and to settled. The time of claiming, sending and settling comes on top. */
async function measure(/** @type {number} */ rounds) {
  const { broker, store } = start()
  await broker.ready
  const times = { accepted: /** @type {number[]} */ ([]), settled: /** @type {number[]} */ ([]) }
  for (let i = 0; i < rounds; i++) {
    const begin = performance.now()
    const receipt = store.dispatch(clapped(`p${i}`))
    const { status } = await receipt.accepted
    times.accepted.push(performance.now() - begin)
    const settled = await receipt.settled
    times.settled.push(performance.now() - begin)
    if (status !== 'accepted' || settled.status !== 'delivered')
      throw new Error(`a clap was ${settled.status}`)
  }
  await broker.stop()
  return times
}

Object.assign(window, { seed, measure })
