import { expect, it, vi } from 'vitest'
import { StoreBusyError } from '../index.js'
import { requestOf, someKey } from './request-fixture.js'
import { clap, clapThen, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { claps, create } = world

const finalStatuses = [200, 201, 202, 204, 303, 400, 404, 409, 410, 412, 422, 451]

it.each([
  ['of 2xx and 3xx alone', {}, (status: number) => status < 400],
  ['of all of them with commitRefusals', { commitRefusals: true }, () => true],
])('stores 2xx, 3xx and lasting 4xx, with the effects %s', async (_name, options, keeps) => {
  const { run } = create(options)
  let kept = 0
  for (const [index, status] of finalStatuses.entries()) {
    const key = `${someKey}-${index}`
    const first = await run(
      requestOf({ key }),
      clapThen(() => new Response(null, { status })),
    )
    expect(first.headers.get('idempotency-status')).toBe('stored')
    const repeat = await run(requestOf({ key }), clap)
    expect([repeat.status, repeat.headers.get('idempotency-status')]).toEqual([status, 'replayed'])
    if (keeps(status)) kept += 1
    expect(await claps()).toBe(kept)
  }
})

it('undoes the effects of a 4xx without a key too, and keeps them with commitRefusals', async () => {
  const refuse = clapThen(() => new Response('no', { status: 422 }))
  const keyless = () => requestOf({ key: null })
  const first = await create({ key: 'optional' }).run(keyless(), refuse)
  expect([first.status, await first.text(), await claps()]).toEqual([422, 'no', 0])
  await create({ key: 'optional', commitRefusals: true }).run(keyless(), refuse)
  expect(await claps()).toBe(1)
})

it('undoes the effects of 5xx and of other retryable answers, and frees the key', async () => {
  const { run } = create()
  for (const status of [401, 403, 408, 419, 423, 425, 429, 440, 500, 502, 503, 504, 507, 599]) {
    const headers = { 'retry-after': '7' }
    const response = await run(
      requestOf(),
      clapThen(() => new Response('later', { status, headers })),
    )
    expect([response.status, await response.text(), response.headers.get('retry-after')]).toEqual([
      status,
      'later',
      '7',
    ])
    expect(response.headers.get('idempotency-status')).toBe('rejected')
    expect(await claps()).toBe(0)
  }
  const stored = await run(requestOf(), clap)
  expect(stored.headers.get('idempotency-status')).toBe('stored')
  expect(await claps()).toBe(1)
})

it('answers 500 when the handler throws, undoes its effects, frees the key and reports the error', async () => {
  const { run } = create()
  const response = await run(
    requestOf(),
    clapThen(() => Promise.reject(new Error('with a secret'))),
  )
  expect(await response.clone().text()).not.toContain('secret')
  expect(await problemIn(response)).toEqual(problem(500, 'failed'))
  expect(world.errors).toEqual([new Error('with a secret')])
  const sync = await run(requestOf(), () => {
    throw new Error('at once')
  })
  expect(sync.status).toBe(500)
  expect(await claps()).toBe(0)
  expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('stored')
})

it('answers 500 when the user cannot be determined or the body of the answer breaks', async () => {
  const broken = create({ principal: () => Promise.reject(new Error('no session store')) })
  expect((await broken.run(requestOf(), clap)).status).toBe(500)
  const cut = new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })
  expect(
    (
      await create().run(
        requestOf(),
        clapThen(() => new Response(cut)),
      )
    ).status,
  ).toBe(500)
  expect(world.errors).toEqual([new Error('no session store'), new Error('cut')])
  expect(await claps()).toBe(0)
})

it.each([
  [undefined, '1'],
  [0.4, '1'],
  [1_001, '2'],
  [4_000, '4'],
])('answers 503 when the store is busy, with Retry-After of %s ms', async (retryAfterMs, retryAfter) => {
  const options = retryAfterMs === undefined ? {} : { retryAfterMs }
  vi.spyOn(world.store, 'runOnce').mockRejectedValue(new StoreBusyError('busy', options))
  const response = await create().run(requestOf(), clap)
  expect(response.headers.get('retry-after')).toBe(retryAfter)
  expect(await problemIn(response)).toEqual(problem(503, 'busy'))
  expect(world.errors).toEqual([])
})

it('rejects with a TypeError when the body of the request was read before', async () => {
  const request = requestOf()
  await request.text()
  await expect(create().run(request, clap)).rejects.toThrow('read it in the handler')
})

it('answers 408 without effect when the body of the request breaks off', async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) })
  const { headers } = requestOf()
  const request = new Request('http://localhost/claps', { method: 'POST', headers, body, duplex: 'half' })
  const response = await create().run(request, clap)
  expect(await problemIn(response)).toEqual(problem(408, 'body-incomplete'))
  expect(await claps()).toBe(0)
})

it('answers 429 to a new key of a user with too many records, and tells when the first one expires', async () => {
  let now = 1_000_000
  const { run } = create({ keysPerPrincipalMax: 2, retentionMs: 60_000, now: () => now })
  await run(requestOf({ key: 'first-key-of-ada' }), clap)
  now += 20_500
  await run(requestOf({ key: 'second-key-of-ada' }), clap)
  const third = await run(requestOf({ key: 'third-key-of-ada' }), clap)
  expect(third.headers.get('retry-after')).toBe('40')
  expect(await problemIn(third)).toEqual(problem(429, 'too-many-keys'))
  expect((await run(requestOf({ key: 'first-key-of-ada' }), clap)).headers.get('idempotency-status')).toBe(
    'replayed',
  )
  expect((await run(requestOf({ user: 'grace' }), clap)).status).toBe(201)
  now += 39_500
  expect((await run(requestOf({ key: 'third-key-of-ada' }), clap)).status).toBe(201)
  expect(await claps()).toBe(4)
})
