import { expect, it, vi } from 'vitest'
import { StoreBusyError } from '../index.js'
import { createGate, requestOf, someKey } from './request-fixture.js'
import { clap, problem, problemIn, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()

const asking = (options: { user?: string | null; principal?: string | null } = {}) => {
  const { headers } = requestOf({ key: null, ...options })
  return new Request('http://localhost/idempotency/key', { headers })
}

it('reports done with the status of the answer, and without the answer', async () => {
  const { run, status } = world.create()
  await run(requestOf(), () => new Response('secret', { status: 201 }))
  const answer = await status(asking(), someKey)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('idempotency-retention')).toBe('604800')
  expect(await answer.json()).toEqual({ state: 'done', status: 201 })
})

it('reports in-progress, then done, then expired, then unknown again', async () => {
  let now = 1_000_000
  const { run, status, purge } = world.create({
    retentionMs: 10_000,
    tombstoneMs: 60_000,
    now: () => now,
  })
  const told = async () => (await status(asking(), someKey)).json()
  const gate = createGate()
  expect(await told()).toEqual({ state: 'unknown' })
  const running = run(requestOf(), async () => {
    await gate.opened
    return new Response(null, { status: 204 })
  })
  await vi.waitUntil(async () => (await told()).state !== 'unknown')
  expect(await told()).toEqual({ state: 'in-progress' })
  gate.open()
  await running
  expect(await told()).toEqual({ state: 'done', status: 204 })
  now += 10_000
  expect(await told()).toEqual({ state: 'expired' })
  await purge()
  expect(await told()).toEqual({ state: 'expired' })
  now += 60_000
  expect(await told()).toEqual({ state: 'unknown' })
})

it('reports unknown for a key whose work was undone', async () => {
  const { run, status } = world.create()
  await run(requestOf(), () => new Response('later', { status: 503 }))
  expect(await (await status(asking(), someKey)).json()).toEqual({ state: 'unknown' })
})

it('answers for a key of another user as for an unused one, by the same single look-up', async () => {
  const { run, status } = world.create()
  await run(requestOf({ user: 'ada' }), clap)
  const find = vi.spyOn(world.store, 'find')
  const answers = [
    await status(asking({ user: 'grace' }), someKey),
    await status(asking({ user: 'grace' }), 'nobody-used-this-key'),
  ]
  const seen = answers.map(async (answer) => [answer.status, [...answer.headers], await answer.text()])
  const [foreign, absent] = await Promise.all(seen)
  expect(foreign).toEqual(absent)
  expect(foreign?.at(-1)).toBe('{"state":"unknown"}')
  expect(find.mock.calls.map(([{ principal, key }]) => [principal, key])).toEqual([
    ['grace', someKey],
    ['grace', 'nobody-used-this-key'],
  ])
})

it('determines the user before any look-up', async () => {
  const find = vi.spyOn(world.store, 'find')
  const { status } = world.create()
  const refusals = [
    await status(asking({ user: null }), someKey),
    await status(asking({ user: '' }), someKey),
    await status(asking({ user: 'grace', principal: 'ada' }), someKey),
  ]
  for (const { headers } of refusals) expect(headers.get('cache-control')).toBe('no-store')
  expect(await Promise.all(refusals.map(problemIn))).toEqual([
    problem(401, 'unauthenticated'),
    problem(401, 'unauthenticated'),
    problem(403, 'principal-mismatch'),
  ])
  expect(find).not.toHaveBeenCalled()
  expect((await status(asking({ principal: null }), someKey)).status).toBe(200)
})

it('never looks up an invalid key', async () => {
  const find = vi.spyOn(world.store, 'find')
  for (const key of ['', 'short', `"${someKey}"`, '../../../../../../x', `${someKey}\n`, 'x'.repeat(65)]) {
    const answer = await world.create().status(asking(), key)
    expect(await problemIn(answer), key).toEqual(problem(400, 'key-invalid'))
  }
  expect(find).not.toHaveBeenCalled()
})

it('answers 503 when the store is busy and 500 when it fails, and tells onError', async () => {
  const find = vi.spyOn(world.store, 'find').mockRejectedValueOnce(new StoreBusyError('busy'))
  const { status } = world.create()
  const busy = await status(asking(), someKey)
  expect(busy.headers.get('retry-after')).toBe('1')
  expect(await problemIn(busy)).toEqual(problem(503, 'busy'))
  find.mockRejectedValueOnce(new Error('disk I/O error'))
  expect(await problemIn(await status(asking(), someKey))).toEqual(problem(500, 'failed'))
  expect(world.errors).toEqual([new Error('disk I/O error')])
})

it('compares the principal as a change does, for any text', async () => {
  const { status } = world.create({ principal: () => '李' })
  expect((await status(asking({ principal: '%E6%9D%8E' }), someKey)).status).toBe(200)
  expect((await status(asking({ principal: 'ada' }), someKey)).status).toBe(403)
})
