// The page of the bench of refusals. Its app shows captured and refused writes. Run by refused.js.
import { configureStore, createAction, createNextState, createSlice } from '@reduxjs/toolkit'
import { createBroker, notAccepted, read, reads, write } from 'redux-broker'

const clapped = write(
  createAction('clapped', (/** @type {number} */ n, text = '') => ({ payload: { n, text } })),
  { request: ({ n }) => ({ url: `/api/posts/${n}/claps`, method: 'PUT' }) },
)
const loaded = read(
  createAction('loaded', (/** @type {number} */ n) => ({ payload: { n } })),
  {
    request: ({ n }) => `/api/posts/${n}`,
  },
)
const ticked = createAction('ticked')

const pause = () => new Promise((resolve) => setTimeout(resolve, 0))

/** @param {object} limits */
function open(limits) {
  const broker = createBroker({
    user: () => 'ada',
    routes: [clapped, loaded],
    produce: createNextState,
    reads: reads(),
    persist: false,
    limits,
  })
  const claps = createSlice({
    name: 'claps',
    initialState: { count: 0, refused: 0, ticks: 0 },
    reducers: {},
    extraReducers: (builder) =>
      builder
        .addCase(clapped, (state) => {
          state.count += 1
        })
        .addMatcher(notAccepted(clapped), (state) => {
          state.refused += 1
        }),
  })
  const ticks = createSlice({
    name: 'ticks',
    initialState: { count: 0 },
    reducers: {},
    extraReducers: (builder) =>
      builder.addCase(ticked, (state) => {
        state.count += 1
      }),
  })
  const store = configureStore({
    reducer: { claps: broker.optimistic(claps.reducer), ticks: ticks.reducer, broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  return { broker, store }
}

/** @type {ReturnType<typeof open>} */
let app
let next = 0

/** @param {object} limits */
async function start(limits) {
  app = open(limits)
  await app.broker.ready
}

/** Takes what there is room for, in turns of 500. @param {number} count @param {string} [text] */
async function fill(count, text) {
  for (let taken = 0; taken < count; taken += 500) {
    const receipts = Array.from({ length: Math.min(500, count - taken) }, () =>
      app.store.dispatch(clapped(next++, text)),
    )
    await Promise.all(receipts.map(({ accepted }) => accepted))
  }
}

/** From here on every transaction fails, as where the browser has lost the disk. */
function loseStorage() {
  const gone = () => {
    throw new DOMException('The storage is gone.', 'UnknownError')
  }
  IDBDatabase.prototype.transaction = gone
  IDBFactory.prototype.open = gone
}

/**
 * So many writes, one a turn: how long each dispatch took, and how long until its `kind` was told.
 * @param {number} count @param {'accepted' | 'settled'} kind @param {string} [text]
 */
async function writes(count, kind, text) {
  const took = { dispatch: /** @type {number[]} */ ([]), told: /** @type {number[]} */ ([]) }
  const ends = new Set()
  for (let i = 0; i < count; i++) {
    const began = performance.now()
    const receipt = app.store.dispatch(clapped(next++, text))
    took.dispatch.push(performance.now() - began)
    const end = /** @type {{ status: string, reason?: string }} */ (await receipt[kind])
    took.told.push(performance.now() - began)
    ends.add(end.reason ?? end.status)
    await pause()
  }
  return { ...took, ends: [...ends].join() }
}

/** So many actions without a route, one a turn. @param {number} count */
async function ticks(count) {
  for (let i = 0; i < count; i++) {
    app.store.dispatch(ticked())
    await pause()
  }
}

/** So many of one turn: how long it took until the last was told, and by what ends. @param {string} what @param {number} count */
async function flood(what, count) {
  const longest = watchTurns()
  const began = performance.now()
  const all = Array.from({ length: count }, () => ask(what, next++))
  const looped = performance.now() - began
  const counts = /** @type {Record<string, number>} */ ({})
  await Promise.all(
    all.map(async (one) => {
      const name = await one
      counts[name] = (counts[name] ?? 0) + 1
    }),
  )
  const told = performance.now() - began
  return { looped, told, longest: await longest(), ends: counts }
}

/** How a write was taken, or a read refused. @param {string} what @param {number} n */
function ask(what, n) {
  if (what === 'tick') return Promise.resolve(String(app.store.dispatch(ticked()).type))
  if (what === 'fetch')
    return app.broker.fetch(`/api/posts/${n}`).then(
      () => 'answered',
      ({ message }) => message,
    )
  const { accepted, settled } = app.store.dispatch(what === 'read' ? loaded(n) : clapped(n))
  return (what === 'read' ? settled : accepted).then(nameOf)
}

/** @param {{ status: string, reason?: string }} outcome */
const nameOf = ({ status, reason }) => (reason === undefined ? status : `${status}: ${reason}`)

/** Gives the longest time for which the event loop did not come back. */
function watchTurns() {
  let longest = 0
  let last = performance.now()
  let isOver = false
  const { port1, port2 } = new MessageChannel()
  const look = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  port1.onmessage = () => {
    look()
    if (!isOver) port2.postMessage(0)
  }
  port2.postMessage(0)
  return async () => {
    await pause()
    look()
    isOver = true
    return longest
  }
}

Object.assign(window, { start, fill, loseStorage, writes, ticks, flood, state: () => app.store.getState() })
