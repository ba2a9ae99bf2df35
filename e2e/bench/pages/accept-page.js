// The page of the bench. It claps once after the other, each beside a raw add of a row like its own.
import { configureStore, createAction, createSlice } from '@reduxjs/toolkit'
import { openDB } from 'idb'
import { createBroker, write } from 'redux-broker'

const clapped = write(
  createAction('clapped', (/** @type {string} */ postId) => ({ payload: { postId } })),
  {
    request: ({ postId }) => ({ url: `/api/posts/${postId}/claps`, body: { by: 1 } }),
  },
)
const broker = createBroker({
  user: () => 'ada',
  routes: [clapped],
  server: 'idempotent',
  limits: { entriesMax: 100_000 },
})
const claps = createSlice({
  name: 'claps',
  initialState: { count: 0 },
  reducers: {},
  extraReducers: (builder) => {
    builder.addCase(clapped, (state) => {
      state.count += 1
    })
  },
})
const store = configureStore({
  reducer: { claps: broker.optimistic(claps.reducer), broker: broker.reducer },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})

async function measureAccept(/** @type {number} */ rounds) {
  await broker.ready
  const raw = await openDB('raw', 1, {
    upgrade: (database) => void database.createObjectStore('rows', { keyPath: ['partition', 'seq'] }),
  })
  const times = { accepted: /** @type {number[]} */ ([]), raw: /** @type {number[]} */ ([]) }
  for (let i = 0; i < rounds; i++) {
    let begin = performance.now()
    const receipt = store.dispatch(clapped(`p${i % 50}`))
    const { status } = await receipt.accepted
    times.accepted.push(performance.now() - begin)
    if (status !== 'accepted') throw new Error(`a clap was ${status}`)
    const row = likeRow(receipt.id, i)
    begin = performance.now()
    const tx = raw.transaction('rows', 'readwrite', { durability: 'strict' })
    void tx.store.add(row)
    await tx.done
    times.raw.push(performance.now() - begin)
  }
  return times
}

const likeRow = (/** @type {string} */ id, /** @type {number} */ seq) => ({
  version: 1,
  partition: '0123456789abcdef'.repeat(4),
  seq,
  id,
  key: id,
  lane: `${location.origin}/api/posts/p${seq % 50}/claps`,
  channel: location.origin,
  action: { type: 'clapped', payload: { postId: `p${seq % 50}` } },
  request: {
    url: `${location.origin}/api/posts/p${seq % 50}/claps`,
    method: 'POST',
    headers: [['content-type', 'application/json']],
    body: '{"by":1}',
  },
  state: 'waiting',
})

Object.assign(window, { measureAccept })
