import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld, type Script } from '../../testing/index.js'

const load = read(createAction('doc/load'), { request: () => '/api/doc' })
const csv = { accept: 'text/csv' }
const loadCsv = read(createAction('csv/load'), { request: () => ({ url: '/api/doc', headers: csv }) })
const good = answer(200, { name: 'Ada' })
const page = (type = 'text/html') => answer(200, '<html>Welcome to the hotel', { 'content-type': type })

/** An app that has read the document once. */
async function visited(first = good, route: typeof load = load) {
  const world = createTestWorld({ network: first })
  const app = openReads(world, { routes: [route] })
  const ask = async () => {
    const receipt = app.dispatch(route())
    await world.clock.advance(10_000)
    return receipt.settled
  }
  const fetch = async (headers: Readonly<Record<string, string>> = {}) => {
    const fetched = app.broker.fetch(new Request('https://app.test/api/doc', { headers }))
    await world.clock.advance(10_000)
    return fetched
  }
  await ask()
  /** The answers that are given without a network. */
  const offline = () => {
    world.setOnline(false)
    return ask()
  }
  return { world, ask, fetch, offline, meet: (script: Script) => world.network.always(script) }
}

describe('the copy of a read after a refusal by the server', () => {
  it.each([403, 404, 410, 451])('is removed after a %i', async (status) => {
    const { meet, ask, offline } = await visited()
    meet(answer(status, {}))
    expect(await ask()).toMatchObject({ status: 'returned', reason: 'refused' })

    expect(await offline()).toMatchObject({ status: 'returned', reason: 'failed' })
  })

  it.each([
    ['a page of HTML', answer(404, '<html>', { 'content-type': 'text/html' })],
    ['plain text', answer(403, 'Forbidden', { 'content-type': 'text/plain' })],
  ])('is removed too if broker.fetch got the refusal, as %s', async (_name, refusal) => {
    const { meet, fetch, offline } = await visited()
    meet(refusal)
    await fetch()

    expect(await offline()).toMatchObject({ status: 'returned', reason: 'failed' })
  })

  it.each([400, 401, 402, 405, 418, 429, 500, 503])('stays after a %i', async (status) => {
    const { meet, ask, offline } = await visited()
    meet(answer(status, {}))
    await ask()

    expect(await offline()).toMatchObject({ answer: { name: 'Ada' }, stale: true })
  })

  it('is kept again once the server answers again', async () => {
    const { meet, ask, offline } = await visited()
    meet(answer(404, {}))
    await ask()
    meet(answer(200, { name: 'Ada L.' }))
    await ask()

    expect(await offline()).toMatchObject({ answer: { name: 'Ada L.' }, stale: true })
  })
})

describe('the copy of a route’s read', () => {
  it.each([
    ['a portal’s page', page(), {}],
    ['a fallback of a single-page app', page('text/html; charset=utf-8'), {}],
    ['a text', page('text/plain'), {}],
    ['an answer without a type', { ...good, headers: {} }, {}],
    ['broken JSON', { ...good, body: '{"name":' }, {}],
    ['a page where JSON was asked for', page(), { accept: 'application/json' }],
  ])('is not replaced by %s from broker.fetch', async (_name, reply, headers) => {
    const { meet, fetch, offline } = await visited()
    meet(reply)
    expect((await fetch(headers)).status).toBe(200)

    expect(await offline()).toMatchObject({ answer: { name: 'Ada' }, stale: true })
  })

  it('is not replaced by JSON if its `accept` names a text type', async () => {
    const { meet, fetch, offline } = await visited(
      answer(200, 'a,b', { 'content-type': 'text/csv' }),
      loadCsv as never,
    )
    meet(page())
    await fetch(csv)

    expect(await offline()).toMatchObject({ answer: 'a,b', stale: true })
  })

  it('is replaced by data from broker.fetch', async () => {
    const { meet, fetch, offline } = await visited()
    meet(answer(200, '{"name":"Ada L."}', { 'content-type': 'application/ld+json' }))
    await fetch()

    expect(await offline()).toMatchObject({ answer: { name: 'Ada L.' } })
  })
})

describe('a copy that a 304 has confirmed', () => {
  it.each([
    ['W/"v1"', '"v1"'],
    ['"v1"', 'W/"v1"'],
    ['W/"v1"', 'W/"v1"'],
    ['W/"v1"', undefined],
  ])('with the ETag %s by a 304 that names %s takes one request', async (etag, named) => {
    const { world, meet, ask } = await visited(answer(200, { name: 'Ada' }, { etag }))
    meet(answer(304, undefined, named === undefined ? {} : { etag: named }))

    expect(await ask()).toMatchObject({ status: 'delivered', answer: { name: 'Ada' } })

    expect(world.network.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, etag])
  })

  it('has the newer headers, now and later, offline too', async () => {
    const { world, meet, fetch } = await visited(answer(200, {}, { etag: '"a"', 'x-left': '9', link: 'x' }))
    let left = 9
    meet(() => answer(304, undefined, { etag: '"a"', 'x-left': String(--left) }))

    const headers = [await fetch(), await fetch()].map(({ headers }) => headers.get('x-left'))
    world.setOnline(false)
    const offline = await fetch()

    expect(headers).toEqual(['8', '7'])
    expect(
      ['x-left', 'link', 'content-type', 'redux-broker-stale'].map((name) => offline.headers.get(name)),
    ).toEqual(['7', 'x', 'application/json', '1'])
  })

  it('is removed if the 304 says no-store', async () => {
    const { meet, ask, offline } = await visited(answer(200, {}, { etag: '"a"' }))
    meet(answer(304, undefined, { 'cache-control': 'no-store' }))
    await ask()

    expect(await offline()).toMatchObject({ status: 'returned', reason: 'failed' })
  })
})
