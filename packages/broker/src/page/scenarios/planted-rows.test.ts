// Rows that a script planted: nothing goes to an address that the app did not name, by whatever method.
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import type { EntryRow } from '../../core/rows/entry.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { PartitionRow } from '../../core/rows/rows.js'
import { createTestWorld } from '../../testing/index.js'

const evil = 'https://evil.example'
const request = { url: 'https://app.test/api/x', method: 'POST', headers: [], body: undefined }

/** A clap that waits, whose row is then another. */
async function planted(more: { readonly request?: object; readonly channel?: string }) {
  const world = createTestWorld()
  world.setOnline(false)
  const before = openApp(world)
  before.clap('p1')
  await world.settle()
  await before.broker.stop()
  await world.store.transact('readwrite', 'strict', async (tx) => {
    const [row] = await tx.list(keySpan('entries', []), 1)
    tx.put('entries', { ...row, ...more } as EntryRow)
  })
  world.setOnline(true)
  const app = openApp(world)
  await world.settle()
  app.clap('p2')
  await world.clock.advance(3_600_000)
  return { world, app }
}

describe('a row that was planted', () => {
  it.each([
    ['another site', { url: `${evil}/` }],
    ['a script', { url: 'javascript:alert(1)' }],
    ['a site without a scheme', { url: '//evil.example/' }],
    ['another port', { url: 'https://app.test:8443/api/x' }],
    ['another scheme', { url: 'http://app.test/api/x' }],
    ['a site that only begins alike', { url: 'https://app.test.evil.example/' }],
    ['a site behind a name', { url: 'https://app.test@evil.example/' }],
    ['a site behind a backslash', { url: 'https://app.test\\@evil.example/' }],
    ['the method TRACE', { method: 'TRACE' }],
    ['the method CONNECT', { method: 'connect' }],
    ['the method TRACK', { method: 'Track' }],
    ['no method', { method: '' }],
    ['two lines as a method', { method: 'PUT\r\nx: y' }],
    ['somebody’s token', { headers: [['authorization', 'Bearer stolen']] }],
    ['somebody’s cookie', { headers: [['cookie', 'session=stolen']] }],
    ['a forged token of a form', { headers: [['x-csrf-token', 'forged']] }],
    ['another user’s name', { headers: [['idempotency-principal', 'eve']] }],
  ])('with %s is quarantined and never sent, and the next entry is sent', async (_, more) => {
    const { world, app } = await planted({ request: { ...request, ...more } })

    expect(world.network.requests.map(({ url }) => url)).toEqual(['https://app.test/api/posts/p2/claps'])
    expect(world.network.knocks.filter((url) => !url.startsWith('https://app.test/'))).toEqual([])
    expect(Object.values(app.outbox().entries)).toMatchObject([{ state: 'quarantined', reason: 'damaged' }])
  })

  it.each([evil, 'http://app.test', 'https://app.test:8443', 'https://app.test.evil.example'])(
    'that is consistent, for another origin, is not sent and is reported: %s',
    async (origin) => {
      const { world, app } = await planted({
        channel: origin,
        request: { ...request, url: `${origin}/api/x` },
      })

      expect(world.network.requests.map(({ url }) => url)).toEqual(['https://app.test/api/posts/p2/claps'])
      expect(world.network.knocks.filter((url) => !url.startsWith('https://app.test/'))).toEqual([])
      expect(app.outbox().waiting).toBe(1)
      expect(world.reports.map(String)).toEqual([
        expect.stringMatching(/createBroker\(\) lacks .* an origin in `origins`/),
      ])
    },
  )
})

it('a planted URL for the broker’s own requests is not used', async () => {
  const world = createTestWorld()
  world.setOnline(false)
  const app = openApp(world)
  app.clap('p1')
  await world.settle()
  await world.store.transact('readwrite', 'strict', async (tx) => {
    const [row] = await tx.list(keySpan('partitions', []), 1)
    const urls = { sessionProbe: `${evil}/`, statusQuery: `${evil}/:key`, knock: `${evil}/` }
    tx.put('partitions', { ...row, ...urls, paused: 'auth' } as PartitionRow)
  })
  world.setOnline(true)
  await world.clock.advance(3_600_000)

  const asked = [...world.network.requests.map(({ url }) => url), ...world.network.knocks]
  expect(asked.filter((url) => !url.startsWith('https://app.test/'))).toEqual([])
})
