import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { problemTypeOf, readLedger, signIn, testServer } from '../testing/test-server.js'

const server = testServer()

const controls: readonly (readonly [string, string])[] = [
  ['GET', '/__test__/ledger'],
  ['DELETE', '/__test__/ledger'],
  ['POST', '/__test__/reset'],
  ['GET', '/__test__/faults'],
  ['PUT', '/__test__/faults'],
  ['OPTIONS', '/__test__/faults'],
]
const ownPort = () => new URL(server.url).port

describe.each(controls)('%s %s', (method, path) => {
  test.each([
    'http://evil.example',
    'https://localhost.evil.example',
    'null',
    'http://localhost:1',
    'not an origin',
  ])('refuses a page of %s, and does nothing', async (Origin) => {
    const ada = await signIn(server.url, 'ada')
    await ada.send('POST', '/api/posts/p01/claps', { by: 1 })

    for (const url of [server.url, server.url2]) {
      const answer = await fetch(url + path, { method, headers: { Origin } })

      expect(answer.status).toBe(403)
      expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false)
      expect(await problemTypeOf(answer)).toBe('urn:redux-broker-demo:problem:cross-site')
    }
    expect((await readLedger(server.url)).effects).toHaveLength(1)
  })

  test.each(['cross-site', 'same-site'])('refuses a request that its browser calls %s', async (site) => {
    const answer = await fetch(server.url + path, { method, headers: { 'Sec-Fetch-Site': site } })

    expect(answer.status).toBe(403)
  })

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.5'])(
    'refuses a page whose name %s leads here',
    async (name) => {
      const host = `${name}:${ownPort()}`

      expect(await statusOf(method, path, { Host: host, Origin: `http://${host}` })).toBe(403)
      expect(await statusOf(method, path, { Host: host })).toBe(403)
    },
  )
})

test.each(['localhost', '127.0.0.1', '[::1]'])('serves the pages of %s', async (name) => {
  const host = `${name}:${ownPort()}`
  const headers = { Host: host, Origin: `http://${host}`, 'Sec-Fetch-Site': 'same-origin' }

  expect(await statusOf('GET', '/__test__/ledger', headers)).toBe(200)
})

test('serves a person who types the address, and a program that is not a browser', async () => {
  expect(
    (await fetch(`${server.url}/__test__/ledger`, { headers: { 'Sec-Fetch-Site': 'none' } })).status,
  ).toBe(200)
  expect((await fetch(`${server.url}/__test__/ledger`)).status).toBe(200)
})

/** `fetch` would send the Host of its own choice. */
function statusOf(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(server.url, { method, path, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    sent.on('error', reject).end()
  })
}
