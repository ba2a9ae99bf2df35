import { configureStore, createAction, createReducer } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { createBroker, delivered, read } from '../../index.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../../testing/index.js'
import { consoleErrors } from '../fixtures/console-errors.fixture.js'
import { ownRoute } from '../fixtures/own-route.fixture.js'

const said = consoleErrors()
type Reply = (sent: SentRequest) => ReturnType<typeof answer>

const json: Reply = (sent) => acknowledge(sent, { post: { likes: 8 } })
const nothing: Reply = () => answer(204)
const broken: Reply = (sent) => ({ ...acknowledge(sent, {}), body: '{"post":' })
const nul: Reply = (sent) => acknowledge(sent, null)

/** Taps once, and gives what was said of answers. The slice reads its payload, unless `reads` is false. */
async function tap(reply: Reply, more: object = {}, { isWrapped = true, reads = true, throws = false } = {}) {
  const tapped = ownRoute(more)
  const slice = createReducer({ likes: 7 }, (builder) =>
    builder.addMatcher(delivered(tapped), (state, { payload }) => {
      if (throws) throw new Error('of the app')
      if (reads) state.likes = (payload as { post: { likes: number } }).post.likes
    }),
  )
  const world = createTestWorld({ network: reply })
  const broker = createBroker({ user: () => 'ada', routes: [tapped], world: world.tab() })
  const store = configureStore({
    reducer: { slice: isWrapped ? broker.optimistic(slice) : slice, broker: broker.reducer },
    middleware: (getDefault) => getDefault().prepend(broker.middleware),
  })
  store.dispatch(tapped('a'))
  await world.settle()
  await broker.stop()
  return { type: tapped.type, told: said.filter((text) => String(text).includes('answer')) }
}

describe('an `answer` that returns nothing for a body', () => {
  it.each([
    ['forgets to return', { answer: (body: { post: object }) => void body.post }],
    ['looks at the wrong field', { answer: (body: { data?: unknown }) => body.data }],
    ['ends without a value', { answer: () => undefined }],
  ])('is reported once with its route: it %s', async (_how, more) => {
    const { type, told } = await tap(json, more, { reads: false })

    expect(told).toEqual([
      expect.stringContaining(`the \`answer\` of '${type}' returned undefined for a body`),
    ])
  })

  it('is reported for a read too', async () => {
    const loaded = read(createAction('loaded-of-nothing'), {
      request: () => '/api/x',
      answer: () => undefined,
    })
    const world = createTestWorld({ network: json })
    const broker = createBroker({ user: () => 'ada', routes: [loaded], world: world.tab() })
    const store = configureStore({
      reducer: { broker: broker.reducer },
      middleware: (getDefault) => getDefault().prepend(broker.middleware),
    })
    store.dispatch(loaded())
    await world.settle()

    expect(said.join()).toContain("the `answer` of 'loaded-of-nothing' returned undefined for a body")
  })
})

describe('a reducer that reads a missing payload', () => {
  it.each([
    ['an answer without a body', nothing, "''", {}],
    ['an answer that is broken JSON', broken, 'undefined', {}],
    ['an answer that is null', nul, 'null', {}],
    ['an answer without a body, in a slice that is not wrapped', nothing, "''", { isWrapped: false }],
  ] as const)('throws with a reported reason: %s', async (_what, reply, payload, more) => {
    const { type, told } = await tap(reply, {}, more)

    expect(told).toEqual([
      expect.stringContaining(`a reducer threw at '${type}/delivered', whose \`payload\` is ${payload}`),
    ])
  })
})

describe('no warning comes for an answer', () => {
  it.each([
    ['that comes without a body and is not read', nothing, {}, { reads: false }],
    ['that is read as it came', json, {}, {}],
    ['that `answer` makes of an empty body', nothing, { answer: () => ({ post: { likes: 0 } }) }, {}],
    [
      'that `answer` makes nothing of, as it is empty',
      nothing,
      { answer: () => undefined },
      { reads: false },
    ],
    ['that `answer` leaves empty', nothing, { answer: (body: unknown) => body }, { reads: false }],
    ['at which a reducer throws for its own reasons', json, {}, { throws: true }],
  ] as const)('%s', async (_what, reply, more, options) => {
    expect((await tap(reply, more, options)).told).toEqual([])
  })
})
