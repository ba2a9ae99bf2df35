// A lane that fails for ever holds up nobody else, and is not hammered.

import { attemptsUnder, effectsOf, ledgerWith } from '../fixtures/ledger.js'
import type { Ledger } from '../fixtures/servers/demo-server.js'
import { expect, test } from '../fixtures/test.js'

/**
 * The attempts of the failing lane. Their gaps show whether the server's word is kept, and backoff makes each longer.
 */
const attemptsWatched = 3

/** The posts that Ada does not like yet. */
const others = ['p01', 'p03', 'p04', 'p05', 'p08', 'p09', 'p10', 'p11', 'p12']

test('a post whose requests always answer 503 holds up no other post, and its Retry-After is respected', async ({
  demo,
  network,
  server,
}) => {
  await server.faults([{ match: { path: '/api/posts/p02' }, kind: 'status', status: 503, retryAfter: 2 }])
  await network.cut()
  await demo.post('p02').clap()
  for (const id of others) await demo.post(id).like()
  await expect(demo.pendingCount).toHaveText('10')

  await network.restore()
  await ledgerWith(server, (ledger) => effectsOf(ledger, 'like').length, 9)
  await expect(demo.pendingCount).toHaveText('1')
  const failing = (ledger: Ledger) => attemptsUnder(ledger, '/api/posts/p02')
  const ledger = await ledgerWith(server, (latest) => failing(latest).length >= attemptsWatched, true)

  const times = failing(ledger).map(({ at }) => at)
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000)
  await expect(demo.post('p02').marks('accepted')).toHaveCount(1)
})
