// A captive portal answers every URL with a page and status 200. A request that says what it accepts is not taken in.
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { answer, createTestWorld } from '../../testing/index.js'

const good = answer(200, { name: 'Ada' })
const page = answer(200, '<html>Welcome to the hotel', { 'content-type': 'text/html' })
const text = answer(200, 'busy', { 'content-type': 'text/plain' })

function open(how: { readonly accept?: string; readonly retries?: number }) {
  const world = createTestWorld({ network: good })
  const { broker } = openReads(world)
  const { accept, retries = 0 } = how
  const headers = accept === undefined ? {} : { accept }
  const fetch = async () => {
    const fetched = broker.fetch(new Request('https://app.test/api/me', { headers }), { retries })
    fetched.catch(() => {})
    await world.clock.advance(10_000)
    const response = await fetched
    const isStale = response.headers.get('redux-broker-stale') !== null
    return `${await response.text()}${isStale ? ', stale' : ''}`
  }
  return { world, fetch }
}

describe('broker.fetch with an `Accept`, behind a captive portal', () => {
  it.each([
    ['application/json', page],
    ['application/json, text/csv', page],
    ['application/json', text],
    ['image/*', page],
  ])('returns the last good answer in place of a type that it does not accept: %s', async (accept, other) => {
    const { world, fetch } = open({ accept })
    if (accept === 'image/*')
      world.network.next(answer(200, '{"name":"Ada"}', { 'content-type': 'image/png' }))
    await fetch()
    world.network.always(other)

    expect(await fetch()).toBe('{"name":"Ada"}, stale')
    world.setOnline(false)
    expect(await fetch()).toBe('{"name":"Ada"}, stale')
  })

  it('returns the page if there is no copy, and does not keep the page', async () => {
    const { world, fetch } = open({ accept: 'application/json' })
    world.network.always(page)
    expect(await fetch()).toContain('hotel')

    world.setOnline(false)
    await expect(fetch()).rejects.toThrow(TypeError)
  })

  it('is repeated, as a route’s read is', async () => {
    const { world, fetch } = open({ accept: 'application/json', retries: 1 })
    world.network.next(page)

    expect(await fetch()).toBe('{"name":"Ada"}')
    expect(world.network.requests).toHaveLength(2)
  })

  it.each([
    [403, '{"no":1}'],
    [404, '<html>'],
  ])('returns a refusal of any type as an answer: %i', async (status, body) => {
    const { world, fetch } = open({ accept: 'application/json' })
    await fetch()
    world.network.always(answer(status, body, { 'content-type': 'text/html' }))

    expect(await fetch()).toBe(body)
  })
})

it.each([undefined, '*/*', 'application/json, text/plain, */*', 'text/html'])(
  'broker.fetch that accepts every type, or HTML, gets the page: %s',
  async (accept) => {
    const { world, fetch } = open(accept === undefined ? {} : { accept })
    await fetch()
    world.network.always(page)

    expect(await fetch()).toContain('hotel')
    expect(world.network.requests).toHaveLength(2)
  },
)
