// The time limit of a read is on its progress, for a route's read and for broker.fetch alike.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

const load = read(createAction('load'), { request: () => '/api/big' })
const hurried = read(createAction('hurried'), { request: () => '/api/big', requestTimeoutMs: 60_000 })

/** An answer of four parts, each sent when the test says so. */
function inParts() {
  let to: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      to = controller
    },
  })
  const parts = ['{"rows"', ':', '[1,2]', '}'].map((text) => new TextEncoder().encode(text))
  return {
    response: new Response(body, { headers: { 'content-type': 'application/json' } }),
    next: () => to?.enqueue(parts.shift() as Uint8Array),
    end: () => to?.close(),
  }
}

const ways = [
  ['a route', (app: App) => app.dispatch(load()).settled.then(JSON.stringify)],
  ['broker.fetch', (app: App) => app.broker.fetch('/api/big').then((answer) => answer.text(), String)],
] as const
type App = ReturnType<typeof openReads>

const open = () => {
  const world = createTestWorld()
  const parts = inParts()
  world.network.next(parts.response)
  return { world, parts, app: openReads(world, { routes: [load, hurried] }) }
}

describe.each(ways)('a read by %s', (_, ask) => {
  it('is not aborted while its answer makes progress', async () => {
    const { world, parts, app } = open()
    const asked = ask(app)
    for (let i = 0; i < 4; i++) {
      await world.clock.advance(29_000)
      parts.next()
    }
    await world.settle()
    parts.end()
    await world.settle()

    expect(await asked).toMatch(/"rows":\[1,2\]/)
    expect(world.network.requests).toHaveLength(1)
  })

  it('ends if its answer stops', async () => {
    const { world, parts, app } = open()
    const asked = ask(app)
    await world.clock.advance(20_000)
    parts.next()
    await world.clock.advance(20_000)
    expect(await Promise.race([asked, 'open'])).toBe('open')
    await world.clock.advance(10_000)

    expect(await asked).toMatch(/timeout|TimeoutError/)
  })
})

it('a `requestTimeoutMs` of a subscriber is for the whole answer, even if it makes progress', async () => {
  const { world, parts, app } = open()
  const { settled } = app.dispatch(hurried())
  for (let i = 0; i < 2; i++) {
    await world.clock.advance(29_000)
    parts.next()
  }
  expect(await Promise.race([settled, 'open'])).toBe('open')
  await world.clock.advance(2_000)

  expect(await settled).toMatchObject({ status: 'returned', reason: 'timeout' })
})

it('a shared read goes on when the time of one subscriber ends', async () => {
  const { world, parts, app } = open()
  const [leaves, stays] = [app.dispatch(hurried()), app.dispatch(load())]
  for (let i = 0; i < 4; i++) {
    await world.clock.advance(29_000)
    parts.next()
  }
  parts.end()
  await world.settle()

  expect(await leaves.settled).toMatchObject({ status: 'returned', reason: 'timeout' })
  expect(await stays.settled).toMatchObject({ status: 'delivered' })
})
