import { expect, it } from 'vitest'
import type { MemoryTransaction } from '../index.js'
import type { Handler } from './handler.js'
import { requestOf, someKey } from './request-fixture.js'
import { clap, clapsOf, clapThen, useMemoryWorld } from './run-fixture.js'

const world = useMemoryWorld()
const { claps, create } = world

it('stores a body of 64 KiB, and only status and headers of a larger one', async () => {
  const { run } = create()
  for (const [size, kept] of [
    [65_536, 65_536],
    [65_537, 0],
  ] as const) {
    const key = `${someKey}-${size}`
    const handler = () => new Response('x'.repeat(size), { status: 201, headers: { etag: '"1"' } })
    const first = await run(requestOf({ key }), handler)
    expect([(await first.text()).length, first.headers.get('idempotency-body')]).toEqual([size, null])
    const repeat = await run(requestOf({ key }), handler)
    expect(repeat.headers.get('idempotency-body')).toBe(kept === size ? null : 'elided')
    expect([repeat.status, repeat.headers.get('etag')]).toEqual([201, '"1"'])
    expect(await repeat.text()).toHaveLength(kept)
  }
})

it('gives all headers to the first answer and only those on the list to a repeat', async () => {
  const { run } = create({ replayedHeaders: ['x-kept'] })
  const headers = new Headers({
    'content-type': 'text/plain',
    'content-encoding': 'identity',
    etag: '"1"',
    location: '/posts/1',
    'x-kept': 'yes',
    'x-other': 'no',
    authorization: 'Bearer secret',
  })
  headers.append('set-cookie', 'a=1')
  headers.append('set-cookie', 'b=2')
  const first = await run(requestOf(), () => new Response('ok', { headers }))
  expect(first.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(first.headers.get('x-other')).toBe('no')
  const repeat = await run(requestOf(), clap)
  expect([...repeat.headers.keys()].filter((name) => !/^idempotency-|^access-control-/.test(name))).toEqual([
    'content-encoding',
    'content-type',
    'etag',
    'location',
    'x-kept',
  ])
})

it('rejects with a TypeError on an answer without an end, an upgrade or a used body, and undoes it', async () => {
  const { run } = create({ bodyBytesMax: 100 })
  const used = new Response('used')
  await used.text()
  const answers: Response[] = [
    new Response('data: 1\n\n', { headers: { 'content-type': 'Text/Event-Stream; charset=utf-8' } }),
    Object.defineProperty(new Response(null), 'status', { value: 101 }),
    Response.error(),
    used,
    new Response('x'.repeat(101)),
  ]
  for (const answer of answers) {
    await expect(
      run(
        requestOf(),
        clapThen(() => answer),
      ),
    ).rejects.toBeInstanceOf(TypeError)
  }
  expect(await claps()).toBe(0)
  expect(world.errors).toEqual([])
  expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('stored')
})

it('reads a streamed answer to its end inside the transaction', async () => {
  const handler: Handler<MemoryTransaction> = ({ tx }) => {
    const parts = ['a', 'b', 'c']
    const body = new ReadableStream({
      pull: (controller) => {
        const part = parts.shift()
        if (part === undefined) return controller.close()
        tx.set('claps', clapsOf(tx) + 1)
        controller.enqueue(new TextEncoder().encode(part))
      },
    })
    return new Response(body)
  }
  expect(await (await create().run(requestOf(), handler)).text()).toBe('abc')
  expect(await claps()).toBe(3)
  expect(await (await create().run(requestOf(), handler)).text()).toBe('abc')
  expect(await claps()).toBe(3)
})

it.each([
  ['etag', 5_000_000],
  ['location', 16 * 1024],
  ['x-kept', 100_000],
])('stores no %s of %i bytes, and reports that a part of the answer is not stored', async (name, size) => {
  const { run } = create({ replayedHeaders: ['x-kept'] })
  const headers = { 'content-type': 'text/plain', [name]: 'x'.repeat(size) }
  const first = await run(requestOf(), () => new Response('whole', { status: 201, headers }))
  expect([await first.text(), first.headers.get(name)?.length]).toEqual(['whole', size])
  const repeat = await run(requestOf(), clap)
  expect([repeat.status, await repeat.text(), repeat.headers.get(name)]).toEqual([201, '', null])
  expect(repeat.headers.get('content-type')).toBe('text/plain')
  expect(repeat.headers.get('idempotency-body')).toBe('elided')
})

it('stores a location of 16,000 bytes with its body', async () => {
  const { run } = create()
  const location = `/${'x'.repeat(16_000)}`
  await run(requestOf(), () => new Response('whole', { headers: { location } }))
  const repeat = await run(requestOf(), clap)
  expect([repeat.headers.get('location'), await repeat.text()]).toEqual([location, 'whole'])
})
