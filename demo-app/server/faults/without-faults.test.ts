import { expect, test } from 'vitest'
import { clapsOf, putFaults, signIn, testServer } from '../testing/test-server.js'

const server = testServer({ faults: false })

test.each([
  ['GET', '/__test__/ledger'],
  ['DELETE', '/__test__/ledger'],
  ['POST', '/__test__/reset'],
  ['GET', '/__test__/faults'],
  ['PUT', '/__test__/faults'],
  ['GET', '/login'],
])('has no %s %s', async (method, path) => {
  for (const url of [server.url, server.url2]) expect((await fetch(url + path, { method })).status).toBe(404)
})

test('serves the API as ever, without faults', async () => {
  const ada = await signIn(server.url, 'ada')
  await putFaults(server.url, [{ match: {}, kind: 'drop-before' }])

  const answer = await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key: 'once-once-once-once' })
  const again = await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key: 'once-once-once-once' })

  expect(answer.status).toBe(200)
  expect(again.headers.get('Idempotency-Replayed')).toBe('true')
  expect(await clapsOf(ada, 'p01')).toBe(129)
})
