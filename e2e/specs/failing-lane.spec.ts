// Line 6 of the main job: a lane that fails for ever holds up nobody else, and is not hammered.
import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import { expect, test } from '../fixtures/test.js'

const watchedMs = 30_000

/** What Ada does not like yet. */
const others = ['p01', 'p03', 'p04', 'p05', 'p08', 'p09', 'p10', 'p11', 'p12']

test('a post whose calls answer 503 for ever holds up no other, and its Retry-After is kept', async ({
  demo,
  network,
  server,
}) => {
  test.setTimeout(90_000)
  await server.faults([{ match: { path: '/api/posts/p02' }, kind: 'status', status: 503, retryAfter: 2 }])
  await network.cut()
  await demo.post('p02').clap()
  for (const id of others) await demo.post(id).like()
  await expect(demo.pendingCount).toHaveText('10')

  await network.restore()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'like').length, 9)
  await expect(demo.pendingCount).toHaveText('1')
  const failing = async () => attemptsUnder(await server.ledger(), '/api/posts/p02')
  const first = (await failing())[0]?.at ?? 0
  const clock = () => Date.now() - first
  await expect.poll(clock, { timeout: watchedMs + 5_000, intervals: [1_000] }).toBeGreaterThan(watchedMs)

  const times = (await failing()).map(({ at }) => at).filter((at) => at <= first + watchedMs)
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
  expect(times.length).toBeGreaterThanOrEqual(2)
  expect(times.length).toBeLessThanOrEqual(8)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000)
  await expect(demo.post('p02').marks('accepted')).toHaveCount(1)
})
