import { expect, it } from 'vitest'
import { createGate, requestOf, someKey } from './request-fixture.js'
import { clap, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const { claps, create } = useMemoryWorld()

it('runs the first request and answers a repeat with the stored answer', async () => {
  const { run } = create()
  const first = await run(requestOf(), clap)
  const repeat = await run(requestOf(), clap)
  expect(first.status).toBe(201)
  expect(repeat.status).toBe(201)
  expect(await first.json()).toEqual({ claps: 1, by: 'ada' })
  expect(await repeat.json()).toEqual({ claps: 1, by: 'ada' })
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(repeat.headers.get('idempotency-replayed')).toBe('true')
  expect(await claps()).toBe(1)
})

it('passes on the request with its unread body, the key and the user', async () => {
  const request = requestOf({
    method: 'PUT',
    path: '/posts/p01?by=2',
    body: 'ünï',
    headers: { 'x-own': 'yes' },
  })
  await create().run(request, async ({ request, key, principal }) => {
    expect(request.method).toBe('PUT')
    expect(request.url).toBe('http://localhost/posts/p01?by=2')
    expect(request.headers.get('x-own')).toBe('yes')
    expect(await request.text()).toBe('ünï')
    expect([key, principal]).toEqual([someKey, 'ada'])
    return new Response(null, { status: 204 })
  })
  expect.assertions(5)
})

it('passes on binary bodies and forms as they came', async () => {
  const form = new FormData()
  form.set('photo', new Blob([new Uint8Array([0, 255, 128])], { type: 'image/png' }), 'a.png')
  const headers = { 'idempotency-key': `"${someKey}"`, 'idempotency-principal': 'ada', 'x-session': 'ada' }
  const request = new Request('http://localhost/photos', { method: 'POST', headers, body: form })
  const response = await create().run(request, async ({ request }) => {
    const photo = (await request.formData()).get('photo') as File
    return new Response(await photo.arrayBuffer())
  })
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255, 128]))
})

it('answers a concurrent repeat 409 with Retry-After: 1', async () => {
  const { run } = create()
  const started = createGate()
  const gate = createGate()
  const first = run(requestOf(), async (context) => {
    started.open()
    await gate.opened
    return clap(context)
  })
  await started.opened
  const repeat = await run(requestOf(), clap)
  expect(repeat.headers.get('retry-after')).toBe('1')
  expect(await problemIn(repeat)).toEqual(problem(409, 'in-progress', 'in-progress'))
  gate.open()
  expect((await first).headers.get('idempotency-status')).toBe('stored')
  expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('replayed')
  expect(await claps()).toBe(1)
})

it('scopes keys by user and refuses the same key of one user on another route', async () => {
  const { run } = create()
  await run(requestOf({ user: 'ada' }), clap)
  const other = await run(requestOf({ user: 'grace' }), clap)
  expect(other.headers.get('idempotency-status')).toBe('stored')
  expect((await run(requestOf({ method: 'PUT' }), clap)).status).toBe(422)
  expect((await run(requestOf({ path: '/posts' }), clap)).status).toBe(422)
  expect(await claps()).toBe(2)
})

it('answers 422 to a key used for another body, without effect or a hint of the first', async () => {
  const { run } = create()
  await run(requestOf({ body: '{"text":"secret"}' }), () => new Response('secret'))
  const response = await run(requestOf({ body: '{"text":"other"}' }), clap)
  expect(await response.clone().text()).not.toContain('secret')
  expect(await problemIn(response)).toEqual(problem(422, 'key-reused'))
  expect(await claps()).toBe(0)
})

it('answers a key of another user as an unused one', async () => {
  const { run } = create()
  await run(requestOf({ user: 'ada', body: '{"text":"private"}' }), () => new Response('for ada'))
  const foreign = await run(requestOf({ user: 'grace' }), clap)
  const unknown = await run(requestOf({ user: 'grace', key: 'u'.repeat(16) }), clap)
  expect(foreign.status).toBe(unknown.status)
  expect([...foreign.headers.keys()]).toEqual([...unknown.headers.keys()])
  expect(foreign.headers.get('idempotency-status')).toBe('stored')
})

it('treats the key and payload of one user, sent by another, as the other’s own first request', async () => {
  const { run } = create()
  await run(requestOf({ user: 'ada' }), clap)
  const stolen = await run(requestOf({ user: 'grace' }), clap)
  expect(await stolen.json()).toEqual({ claps: 2, by: 'grace' })
  expect(stolen.headers.get('idempotency-replayed')).toBeNull()
  expect(await (await run(requestOf({ user: 'ada' }), clap)).json()).toEqual({ claps: 1, by: 'ada' })
})
