// The page of the bench of reads. It measures the cost of a read while so many others wait, and the time to the
// answer of the urgent one. Run by reads.js.
import { configureStore } from '@reduxjs/toolkit'
import { createApi } from '@reduxjs/toolkit/query'
import { QueryClient } from '@tanstack/query-core'
import { createBroker, reads } from 'redux-broker'
import { systemClock } from '../../../packages/broker/dist/adapters/system/system-clock.js'
import { defaultLimits } from '../../../packages/broker/dist/core/limits.js'
import { createConnectionPool } from '../../../packages/broker/dist/core/network/connection-pool.js'
import { createScheduler } from '../../../packages/broker/dist/core/reads/scheduler/scheduler.js'

/**
 * Asks for one thing as often as `readers` says, and resolves when they are answered.
 * @typedef {(name: string, readers: number) => Promise<unknown>} Read
 */

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms))
const forever = new Promise(() => {})
/** @template T @param {number} count @param {(i: number) => T} make */
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i))

/** The only connection goes from each read to the next, past all that wait. A read ends as the next one is asked. */
function scheduler(/** @type {number} */ waiting) {
  let answer = () => {}
  const line = createScheduler({
    clock: systemClock,
    randomSource: { random: Math.random },
    isOnline: () => true,
    connections: createConnectionPool(defaultLimits.concurrencyMax),
    limits: { readsMax: 1, waitingReadsMax: 100_000, requestTimeoutMs: defaultLimits.attemptMs },
    report: console.error,
    send: () =>
      new Promise((resolve) => {
        answer = () =>
          resolve({ kind: 'answer', answer: { status: 200, headers: [], body: new ArrayBuffer(0) } })
      }),
  })
  const ask = (/** @type {string} */ path, /** @type {number} */ priority) => {
    const url = `${location.origin}/${path}`
    const about = { key: url, partition: 'ada', route: undefined, onSent() {} }
    return new Promise((onEnd) =>
      line.ask({ ...about, request: { url, method: 'GET', headers: [] }, priority, onEnd }),
    )
  }
  /** @type {Promise<unknown>} */
  let last = ask('first', 1)
  times(waiting, (i) => void ask(`waiting/${i}`, 9))
  return async (/** @type {string} */ name, /** @type {number} */ readers) => {
    const before = last
    last = Promise.all(times(readers, () => ask(name, 1)))
    answer()
    await before
  }
}

/** Waiting reads are in its state from the start, since asking for 10,000 would take it minutes. */
function rtkQuery(/** @type {number} */ waiting) {
  const api = createApi({
    baseQuery: () => ({ data: null }),
    keepUnusedDataFor: 0,
    endpoints: (build) => ({
      read: build.query({
        queryFn: (/** @type {string} */ name) =>
          name === 'waiting' ? /** @type {Promise<any>} */ (forever) : { data: null },
      }),
    }),
  })
  const storeWith = (/** @type {ReturnType<typeof api.reducer> | undefined} */ preloaded) =>
    configureStore({
      reducer: { api: (state = preloaded, action) => api.reducer(state, action) },
      middleware: (getDefault) => getDefault().prepend(api.middleware),
    })
  const seed = storeWith(undefined)
  void seed.dispatch(api.endpoints.read.initiate('waiting'))
  const state = seed.getState().api
  const [one] = Object.values(state.queries)
  const queries = Object.fromEntries(times(waiting, (i) => [`read("waiting/${i}")`, one]))
  const store = storeWith({ ...state, queries })
  return async (/** @type {string} */ name, /** @type {number} */ readers) => {
    const reads = times(readers, () => store.dispatch(api.endpoints.read.initiate(name)))
    await Promise.all(reads)
    for (const read of reads) read.unsubscribe()
  }
}

function tanstackQuery(/** @type {number} */ waiting) {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: 0, retry: false } } })
  const ask = (/** @type {string} */ name) =>
    client.fetchQuery({
      queryKey: [name],
      queryFn: () => (name.startsWith('waiting') ? forever : Promise.resolve(null)),
    })
  times(waiting, (i) => void ask(`waiting/${i}`))
  return (/** @type {string} */ name, /** @type {number} */ readers) =>
    Promise.all(times(readers, () => ask(name)))
}

/** @param {RequestInit} [options] */
const fetchBody = async (/** @type {string} */ path, options) =>
  (await fetch(path, { cache: 'no-store', ...options })).arrayBuffer()

const bareFetch = () => (/** @type {string} */ name, /** @type {number} */ readers) =>
  Promise.all(times(readers, () => fetchBody(`/empty?${name}`)))

const broker = createBroker({ user: () => 'ada', routes: [], reads: reads() })
configureStore({
  reducer: { broker: broker.reducer },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})

/** Over the same wire as the bare loop, with nothing that waits. */
const brokerFetch = () => (/** @type {string} */ name, /** @type {number} */ readers) =>
  Promise.all(
    times(readers, async () =>
      (await broker.fetch(`/empty?${name}`, { cache: 'networkOnly' })).arrayBuffer(),
    ),
  )

/** `isWire`: it takes its time on the wire, whatever waits. @type {Record<string, { make(waiting: number): Read, reads: number, isWire?: boolean }>} */
const subjects = {
  scheduler: { make: scheduler, reads: 1_000 },
  tanstackQuery: { make: tanstackQuery, reads: 200 },
  rtkQuery: { make: rtkQuery, reads: 10 },
  fetch: { make: bareFetch, reads: 20, isWire: true },
  'broker.fetch': { make: brokerFetch, reads: 20, isWire: true },
}

/** Rounds that do not count, in which the JavaScript engine learns. */
const warmUps = 2

/**
 * Microseconds that one reader costs, of each subject so many medians as there are rounds, taken in turns.
 * @param {{ waiting: number, readers: number, rounds: number }} options
 */
async function measureCost({ waiting, readers, rounds }) {
  await broker.ready
  const chosen = Object.entries(subjects).filter(([, { isWire }]) => waiting === 0 || !isWire)
  const made = chosen.map(([name, { make, reads }]) => {
    /** @type {number[]} */
    const micros = []
    return { name, reads: Math.ceil(reads / readers), read: make(waiting), micros }
  })
  await pause(100)
  for (let round = -warmUps; round < rounds; round++)
    for (const { reads, read, micros } of made) {
      const before = performance.now()
      for (let i = 0; i < reads; i++) await read(`${round}/${i}`, readers)
      const took = performance.now() - before
      if (round >= 0) micros.push((took * 1_000) / (reads * readers))
      await pause(5)
    }
  return Object.fromEntries(made.map(({ name, micros }) => [name, micros]))
}

const readsAtOnce = 50

/** How to ask for something: `urgent` or not. @type {Record<string, (path: string, isUrgent: boolean) => Promise<unknown>>} */
const ways = {
  'broker.fetch': (path, isUrgent) =>
    broker.fetch(path, { priority: isUrgent ? 1 : 5, cache: 'networkOnly' }),
  fetch: (path) => fetchBody(path),
  'fetch with priority': (path, isUrgent) => fetchBody(path, { priority: isUrgent ? 'high' : 'low' }),
}

/**
 * Milliseconds to the answer of the urgent read, asked last of 50, and to the last of all. With `isLate` it is asked
 * when the others have been sent, as far as the limit lets them.
 */
async function measureUrgent({ isLate = false, rounds = 1 }) {
  await broker.ready
  /** @type {Record<string, { urgent: number[], all: number[] }>} */
  const took = {}
  for (let round = 0; round < rounds; round++)
    for (const [name, ask] of Object.entries(ways)) {
      const others = times(readsAtOnce - 1, (i) => ask(`slow/${name}/${round}/${i}`, false))
      const began = performance.now()
      if (isLate) await pause(10)
      const asked = performance.now()
      const urgent = ask(`slow/${name}/${round}/urgent`, true).then(() => performance.now() - asked)
      await Promise.all(others)
      took[name] ??= { urgent: [], all: [] }
      took[name].urgent.push(await urgent)
      took[name].all.push(performance.now() - began)
    }
  return took
}

Object.assign(window, { measureCost, measureUrgent })
