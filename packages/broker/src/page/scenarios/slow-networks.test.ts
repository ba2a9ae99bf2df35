import { expect, it } from 'vitest'
import { clapped, liked, openApp } from '../../../test/page-fixture.js'
import { acknowledge, createTestWorld, type SentRequest } from '../../testing/index.js'

/** A body of the answer that the test sends part by part. */
function inParts() {
  let to: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      to = controller
    },
  })
  const encode = (text: string) => new TextEncoder().encode(text)
  return { body, send: (text: string) => to?.enqueue(encode(text)), end: () => to?.close() }
}

const json = { 'content-type': 'application/json' }

it('a slow answer is delivered by its first attempt', async () => {
  const world = createTestWorld()
  const { store } = openApp(world)
  const parts = inParts()
  world.network.next(new Response(parts.body, { headers: json }))
  const receipt = store.dispatch(liked({ postId: 'p1' }))
  await world.settle()
  for (const text of ['{"likes"', ':', '4', '}']) {
    parts.send(text)
    await world.clock.advance(29_000)
  }
  parts.end()
  await world.settle()

  expect(await receipt.settled).toMatchObject({ status: 'delivered', answer: { likes: 4 } })
  expect(world.network.requests).toHaveLength(1)
})

it('an upload may take the time of its bytes at 50 kB/s', async () => {
  const world = createTestWorld({ network: () => new Promise<never>(() => {}) })
  const { store } = openApp(world)
  store.dispatch(clapped({ postId: 'p1', note: 'n'.repeat(1_000_000) }))
  await world.clock.advance(49_000)
  expect(world.network.requests).toHaveLength(1)
  await world.clock.advance(60_000)

  expect(world.network.requests.length).toBeGreaterThan(1)
})

it.each([
  ['a companion', (request: SentRequest) => acknowledge(request, 'x'.repeat(1_000))],
  ['a plain server', () => Response.json('x'.repeat(1_000))],
])('an answer of %s over `answerBytesMax` is a success without a known answer', async (_, network) => {
  const world = createTestWorld({ network })
  const { store } = openApp(world, { limits: { answerBytesMax: 1_000 } })
  const receipt = store.dispatch(liked({ postId: 'p1' }))
  await world.settle()

  expect(await receipt.settled).toMatchObject({ status: 'deliveredWithoutAnswer' })
  expect(store.getState().posts.byId['p1']).toMatchObject({ likes: 1, likedByMe: true })
  expect(world.network.requests).toHaveLength(1)
})
