import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { effectsOf, putFaults, testServer, testUser } from '../testing/test-server.js'

const server = testServer()
const ada = testUser(server, 'ada')

const claps = { path: '/api/posts/p01/claps' }
const arm = (...rules: unknown[]) => putFaults(server.url, rules)
const rulesLeft = async () => (await fetch(`${server.url}/__test__/faults`)).json()

describe('the requests that a rule matches', () => {
  test('acts as often as `times` says and then is gone', async () => {
    await arm({ match: { path: '/api/me' }, kind: 'html', times: 2 })
    const typeOf = async () => (await ada.get('/api/me')).headers.get('Content-Type')

    const first = await typeOf()
    const between = await rulesLeft()
    const second = await typeOf()

    expect([first, second]).toEqual(['text/html; charset=utf-8', 'text/html; charset=utf-8'])
    expect(between).toEqual([{ match: { path: '/api/me' }, kind: 'html', times: 1 }])
    expect(await rulesLeft()).toEqual([])
    expect(await typeOf()).toBe('application/json')
  })

  test('acts for ever without `times`', async () => {
    await arm({ match: { path: '/api/me' }, kind: 'status', status: 500 })

    for (let count = 0; count < 5; count++) expect((await ada.get('/api/me')).status).toBe(500)

    expect(await rulesLeft()).toHaveLength(1)
  })

  test('gives way to an earlier rule that matches', async () => {
    await arm(
      { match: { path: '/api/me' }, kind: 'status', status: 500, times: 1 },
      { match: {}, kind: 'status', status: 501 },
    )

    const statuses = [await ada.get('/api/posts/top'), await ada.get('/api/me'), await ada.get('/api/me')]

    expect(statuses.map(({ status }) => status)).toEqual([501, 500, 501])
  })

  test('is replaced, with all others, by the next PUT', async () => {
    await arm({ match: {}, kind: 'status', status: 500 })
    const answer = await arm({ match: { method: 'get' }, kind: 'status', status: 501, times: 1 })

    const rules = [{ match: { method: 'GET' }, kind: 'status', status: 501, times: 1 }]
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(rules)
    expect(await rulesLeft()).toEqual(rules)
    expect((await ada.get('/api/me')).status).toBe(501)
  })

  test('matches requests on the second origin too', async () => {
    const key = randomUUID()
    await arm({ match: claps, kind: 'drop-after', times: 1 })

    await expect(
      ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key, at: server.url2 }),
    ).rejects.toThrow('fetch failed')

    expect(await effectsOf(server.url, key)).toHaveLength(1)
  })

  test('never touches the controls and the pages', async () => {
    await arm({ match: {}, kind: 'stall' })

    expect((await fetch(`${server.url}/__test__/ledger`)).status).toBe(200)
    expect((await fetch(`${server.url}/`)).status).toBe(404)
  })

  test('is refused, and changes nothing, if it is invalid', async () => {
    await arm({ match: {}, kind: 'html' })

    const answer = await arm({ match: {}, kind: 'status', status: 503 }, { match: {}, kind: 'explode' })

    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ detail: 'Rule 2: there is no kind "explode".' })
    expect(await rulesLeft()).toEqual([{ match: {}, kind: 'html' }])
  })
})
