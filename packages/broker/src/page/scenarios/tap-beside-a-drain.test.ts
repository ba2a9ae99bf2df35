// A change in one tab while another tab drains something that takes long.
import { describe, expect, it } from 'vitest'
import { clapped, liked, openApp } from '../../../test/page-fixture.js'
import { write } from '../../index.js'
import { acknowledge, createTestWorld, cut, type SentRequest } from '../../testing/index.js'

const toPlain = write(clapped, { request: ({ postId }) => ({ url: `/api/posts/${postId}/claps` }) })
const options = { statusQuery: '/api/idempotency/:key', routes: [liked, toPlain] }
const hang = () => new Promise<never>(() => {})

/** The taps that made no request at once, one tap each 3 s by turns, while the first tab's own request hangs. */
async function tapByTurns(what: 'upload' | 'question' | 'nothing', tabs: number, taps: number) {
  const world = createTestWorld({
    network: (request: SentRequest) => {
      if (request.url.includes('/idempotency/')) return hang()
      if (!request.url.includes('/p1/')) return acknowledge(request, {})
      return what === 'upload' ? hang() : what === 'question' ? cut(200) : acknowledge(request, {})
    },
  })
  const all = Array.from({ length: tabs }, () => openApp(world, options))
  await world.settle()
  all[0]?.clap('p1')
  await world.settle()
  const late: number[] = []
  for (let i = 0; i < taps; i++) {
    const before = world.network.requests.length
    all[i % tabs]?.like('p2')
    await world.clock.advance(100)
    if (world.network.requests.length === before) late.push(i)
    await world.clock.advance(2_900)
  }
  return { late, reports: world.reports }
}

describe('a change while another tab drains', () => {
  it.each([
    ['nothing', 2, 4],
    ['upload', 2, 6],
    ['upload', 4, 8],
    ['question', 2, 16],
    ['question', 3, 9],
  ] as const)('P3 leaves at once beside a hanging %s, from each of %i tabs', async (what, tabs, taps) => {
    const { late, reports } = await tapByTurns(what, tabs, taps)

    expect(late).toEqual([])
    expect(reports).toEqual([])
  })
})
