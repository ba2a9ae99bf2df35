import { expect, it } from 'vitest'
import { createGate, requestOf, someKey } from './request-fixture.js'
import { clap, clapThen, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const { claps, create } = useMemoryWorld()

it('answers 400 to a key that is not one quoted string of the format, and never calls the handler', async () => {
  for (const field of [
    someKey,
    '"short"',
    `"${someKey}", "${someKey}"`,
    "'; DROP TABLE x; --",
    '"../../../../../x"',
  ]) {
    const request = requestOf({ key: null, headers: { 'idempotency-key': field } })
    const response = await create().run(request, clap)
    expect(response.headers.get('idempotency-key')).toBeNull()
    expect(await problemIn(response), field).toEqual(problem(400, 'key-invalid'))
  }
  expect(await claps()).toBe(0)
})

it('accepts an unquoted key by option', async () => {
  const request = requestOf({ key: null, headers: { 'idempotency-key': someKey } })
  const response = await create({ bareKeys: true }).run(request, clap)
  expect(response.headers.get('idempotency-key')).toBe(someKey)
  expect((await create().run(requestOf(), clap)).headers.get('idempotency-status')).toBe('replayed')
})

it('answers 400 to a missing key and links its description', async () => {
  const response = await create().run(requestOf({ key: null, principal: null }), clap)
  expect(response.headers.get('link')).toBe('<urn:redux-broker:problem:key-required>; rel="describedby"')
  expect(await problemIn(response)).toEqual(problem(400, 'key-required'))
  expect(await claps()).toBe(0)
})

it('runs without a record where the key is optional and missing', async () => {
  const { run } = create({ key: 'optional' })
  const plain = () => requestOf({ key: null, principal: null })
  const first = await run(plain(), clap)
  await run(plain(), clap)
  expect(await claps()).toBe(2)
  expect(first.status).toBe(201)
  expect(first.headers.get('idempotency-key')).toBeNull()
  expect(first.headers.get('idempotency-status')).toBeNull()
  const failed = await run(
    plain(),
    clapThen(() => new Response('later', { status: 503 })),
  )
  expect([failed.status, await failed.text()]).toEqual([503, 'later'])
  const thrown = await run(
    plain(),
    clapThen(() => Promise.reject(new Error('from the handler'))),
  )
  expect(thrown.status).toBe(500)
  expect(await claps()).toBe(2)
})

it('gives each case its own problem type', async () => {
  const [begun, gate] = [createGate(), createGate()]
  const { run } = create({ bodyBytesMax: 10 })
  const held = run(
    requestOf({ key: 'h'.repeat(16) }),
    clapThen(async () => {
      begun.open()
      await gate.opened
      return new Response('ok')
    }),
  )
  await begun.opened
  const answers = await Promise.all([
    run(requestOf({ user: null }), clap),
    run(requestOf({ key: null }), clap),
    run(requestOf({ key: 'short' }), clap),
    run(requestOf({ principal: null }), clap),
    run(requestOf({ principal: 'grace' }), clap),
    run(requestOf({ key: 'h'.repeat(16) }), clap),
    run(requestOf({ body: '12345678901' }), clap),
  ])
  expect(await Promise.all(answers.map(problemIn))).toEqual([
    problem(401, 'unauthenticated'),
    problem(400, 'key-required'),
    problem(400, 'key-invalid'),
    problem(400, 'principal-required'),
    problem(403, 'principal-mismatch'),
    problem(409, 'in-progress', 'in-progress'),
    problem(413, 'body-too-large'),
  ])
  gate.open()
  expect((await held).status).toBe(200)
})

it('echoes the key and its state on every answer, readable from other origins', async () => {
  const { run } = create()
  const headers = { 'access-control-expose-headers': 'X-Own', 'idempotency-replayed': 'true' }
  const answers = [
    await run(requestOf(), () => new Response('ok', { headers })),
    await run(requestOf(), clap),
    await run(requestOf({ body: 'other' }), clap),
    await run(requestOf({ user: 'grace', principal: 'ada' }), clap),
    await run(requestOf({ user: null }), clap),
    await run(requestOf({ key: 'f'.repeat(16) }), () => new Response('', { status: 500 })),
  ]
  const read = (name: string) => answers.map(({ headers }) => headers.get(name))
  expect(read('idempotency-key')).toEqual([...Array(5).fill(`"${someKey}"`), `"${'f'.repeat(16)}"`])
  expect(read('idempotency-status')).toEqual(['stored', 'replayed', ...Array(4).fill('rejected')])
  expect(read('idempotency-replayed')).toEqual([null, 'true', null, null, null, null])
  const exposed = answers[0]?.headers.get('access-control-expose-headers')
  expect(exposed).toMatch(/^X-Own, /)
  for (const name of ['Idempotency-Key', 'Idempotency-Status', 'Idempotency-Replayed', 'Retry-After']) {
    expect(exposed).toContain(name)
  }
})
