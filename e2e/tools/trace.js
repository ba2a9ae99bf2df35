// Counts the source files and the named functions that one write enters, from its dispatch to its settled outcome, in an
// app without reads, and the transactions that it opens. `--list` prints the names. Takes the time of a dispatch too. The
// trace runs on the build: the compiler makes one module of each source file and keeps all functions. V8 counts the
// calls. The test world with its ports in memory does not count.
import { Session } from 'node:inspector/promises'

// The checks of a development build do not count.
process.env['NODE_ENV'] = 'production'
const { configureStore, createAction, createNextState, createSlice } = await import('@reduxjs/toolkit')
const { createBroker, delivered, write } = await import('redux-broker')
const { acknowledge, createTestWorld, memoryStore } = await import('redux-broker/testing')

// The figures of today. They may fall.
const filesMax = 93
const functionsMax = 352
const transactionsMax = 7
const timedWrites = 400

const dist = new URL('../../packages/broker/dist/', import.meta.url).href
const isWorld = /^(testing|adapters\/memory)\//

const liked = write(
  createAction('posts/liked', (/** @type {string} */ postId) => ({ payload: { postId } })),
  {
    request: ({ postId }) => ({ method: 'PUT', url: `/api/posts/${postId}/like` }),
    lane: ({ postId }) => `post:${postId}`,
    answer: (body) => /** @type {{ likes: number }} */ (body),
  },
)
const posts = createSlice({
  name: 'posts',
  initialState: { likes: 0 },
  reducers: {},
  extraReducers: (builder) =>
    void builder
      .addCase(liked, (state) => void state.likes++)
      .addMatcher(delivered(liked), (state, { payload }) => void Object.assign(state, payload)),
})

/** @type {string[]} */
const transactions = []
const memory = memoryStore()
const world = createTestWorld({
  network: (request) => acknowledge(request, { likes: 8 }),
  store: {
    ...memory,
    transact(mode, durability, work) {
      transactions.push(mode)
      return memory.transact(mode, durability, work)
    },
  },
})
const broker = createBroker({
  routes: [liked],
  user: () => 'ada',
  produce: createNextState,
  world: world.tab(),
})
const store = configureStore({
  reducer: { posts: broker.optimistic(posts.reducer), [broker.reducerPath]: broker.reducer },
  middleware: (getDefault) => getDefault().prepend(broker.middleware),
})
await broker.ready
await world.settle()

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
// Taking the coverage sets the counts back to zero.
await session.post('Profiler.takePreciseCoverage')
transactions.length = 0
const receipt = store.dispatch(liked('p1'))
const [answer] = await Promise.all([receipt.unwrap(), world.settle()])
const { result } = await session.post('Profiler.takePreciseCoverage')
await session.post('Profiler.stopPreciseCoverage')
const writing = transactions.filter((mode) => mode === 'readwrite').length
const reading = transactions.length - writing
if (answer.likes !== 8 || store.getState().posts.likes !== 8 || world.reports.length > 0)
  throw new Error('The write of the trace was not delivered.', { cause: world.reports })

const entered = result
  .filter(({ url }) => url.startsWith(dist) && !isWorld.test(url.slice(dist.length)))
  .map(({ url, functions }) => {
    const called = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0)
    const names = called.map(({ functionName }) => functionName).filter((name) => name !== '')
    const file = url.slice(dist.length).replace(/\.js$/, '.ts')
    return { file, names, callbacks: called.length - names.length }
  })
  .filter(({ names, callbacks }) => names.length + callbacks > 0)
  .sort((one, other) => (one.file < other.file ? -1 : 1))

const named = entered.flatMap(({ names }) => names).length
const callbacks = entered.reduce((sum, one) => sum + one.callbacks, 0)
if (process.argv.includes('--list'))
  for (const { file, names, callbacks } of entered)
    console.log(
      `${file}: ${[...names, ...(callbacks > 0 ? [`${callbacks} without a name`] : [])].join(', ')}`,
    )
console.log(
  `One write enters ${entered.length} files and ${named} functions. ${callbacks} callbacks have no name.`,
)
console.log(`It opens ${writing} transactions that write, and ${reading} that read.`)
console.log(`A dispatch takes ${(await timeOfDispatch()).toFixed(3)} ms in the median.`)
if (entered.length > filesMax || named > functionsMax || writing + reading > transactionsMax) {
  console.error(
    `The bounds are ${filesMax} files, ${functionsMax} functions and ${transactionsMax} transactions.`,
  )
  process.exitCode = 1
}

/** In the median of writes that each wait for the one before. */
async function timeOfDispatch() {
  const times = []
  for (let i = 0; i < timedWrites; i++) {
    const before = performance.now()
    store.dispatch(liked(`p${i % 20}`))
    times.push(performance.now() - before)
    await world.settle()
  }
  return times.sort((one, other) => one - other)[timedWrites / 2] ?? 0
}
