import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Handler } from './handler.js'
import type { IdempotencyOptions } from './idempotency-options.js'
import {
  createIdempotency,
  type IdempotencyStore,
  type MemoryTransaction,
  memoryStore,
  StoreBusyError,
} from './index.js'
import { createGate, requestOf, sessionUser, someKey } from './request-fixture.js'

type Options = Partial<IdempotencyOptions<MemoryTransaction>>

let store: IdempotencyStore<MemoryTransaction>
let errors: unknown[]
beforeEach(() => {
  store = memoryStore()
  errors = []
})

const create = (options: Options = {}) =>
  createIdempotency({ store, principal: sessionUser, onError: (error) => errors.push(error), ...options })

const clapsOf = (tx: MemoryTransaction): number => Number(tx.get('claps') ?? 0)
const claps = () => store.transaction(clapsOf)

/** The business effect that must not happen twice. */
const clap: Handler<MemoryTransaction> = ({ tx, principal }) => {
  tx.set('claps', clapsOf(tx) + 1)
  return Response.json({ claps: clapsOf(tx), by: principal }, { status: 201 })
}
const clapThen =
  (answer: () => Response | Promise<Response>): Handler<MemoryTransaction> =>
  async (context) => {
    await clap(context)
    return answer()
  }

async function problemIn(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as { readonly status: number; readonly type: string }
  expect(problem.status).toBe(response.status)
  return { status: response.status, type: problem.type, mark: response.headers.get('idempotency-status') }
}
const problem = (status: number, name: string, mark = 'rejected') => ({
  status,
  type: `urn:redux-broker:problem:${name}`,
  mark,
})

describe('run', () => {
  it('SC5 runs the first request and answers a repeat with the stored answer', async () => {
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

  it('hands on the request with its body still to be read, the key and the user', async () => {
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

  it('SC1 answers 400 to a key that is not one quoted string of the format, and never calls the handler', async () => {
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

  it('SC1 takes a bare key by option', async () => {
    const request = requestOf({ key: null, headers: { 'idempotency-key': someKey } })
    const response = await create({ bareKeys: true }).run(request, clap)
    expect(response.headers.get('idempotency-key')).toBe(someKey)
    expect((await create().run(requestOf(), clap)).headers.get('idempotency-status')).toBe('replayed')
  })

  it('SC2 answers 400 to a missing key and links what describes it', async () => {
    const response = await create().run(requestOf({ key: null, principal: null }), clap)
    expect(response.headers.get('link')).toBe('<urn:redux-broker:problem:key-required>; rel="describedby"')
    expect(await problemIn(response)).toEqual(problem(400, 'key-required'))
    expect(await claps()).toBe(0)
  })

  it('SC2 runs without a record where the key is optional and missing', async () => {
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

  it('SC3 gives each case a problem type of its own', async () => {
    const gate = createGate()
    const { run } = create({ bodyBytesMax: 10 })
    const held = run(
      requestOf({ key: 'h'.repeat(16) }),
      clapThen(() => gate.opened.then(() => new Response('ok'))),
    )
    await vi.waitUntil(async () => (await run(requestOf({ key: 'h'.repeat(16) }), clap)).status === 409)
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

  it('SC4 scopes keys by user and refuses the same key of one user on another route', async () => {
    const { run } = create()
    await run(requestOf({ user: 'ada' }), clap)
    const other = await run(requestOf({ user: 'grace' }), clap)
    expect(other.headers.get('idempotency-status')).toBe('stored')
    expect((await run(requestOf({ method: 'PUT' }), clap)).status).toBe(422)
    expect((await run(requestOf({ path: '/posts' }), clap)).status).toBe(422)
    expect(await claps()).toBe(2)
  })

  it('SC7 answers a concurrent repeat 409 with Retry-After: 1', async () => {
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

  it('SC8 answers 422 to a key used for another body, without effect or a hint of the first', async () => {
    const { run } = create()
    await run(requestOf({ body: '{"text":"secret"}' }), () => new Response('secret'))
    const response = await run(requestOf({ body: '{"text":"other"}' }), clap)
    expect(await response.clone().text()).not.toContain('secret')
    expect(await problemIn(response)).toEqual(problem(422, 'key-reused'))
    expect(await claps()).toBe(0)
  })

  it('SC9 stores 2xx, 3xx and lasting 4xx, with their effects', async () => {
    const { run } = create()
    for (const [index, status] of [200, 201, 202, 204, 303, 400, 404, 409, 410, 412, 422].entries()) {
      const key = `${someKey}-${index}`
      await run(
        requestOf({ key }),
        clapThen(() => new Response(null, { status })),
      )
      const repeat = await run(requestOf({ key }), clap)
      expect([repeat.status, repeat.headers.get('idempotency-status')]).toEqual([status, 'replayed'])
      expect(await claps()).toBe(index + 1)
    }
  })

  it('SC9 undoes the effects of 5xx and of what asks to be tried again, and frees the key', async () => {
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

  it('SC9 answers 500 when the handler throws, undoes its effects, frees the key and reports the error', async () => {
    const { run } = create()
    const response = await run(
      requestOf(),
      clapThen(() => Promise.reject(new Error('with a secret'))),
    )
    expect(await response.clone().text()).not.toContain('secret')
    expect(await problemIn(response)).toEqual(problem(500, 'failed'))
    expect(errors).toEqual([new Error('with a secret')])
    const sync = await run(requestOf(), () => {
      throw new Error('at once')
    })
    expect(sync.status).toBe(500)
    expect(await claps()).toBe(0)
    expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('stored')
  })

  it('SC9 answers 500 when the user cannot be determined or the body of the answer breaks', async () => {
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
    expect(errors).toEqual([new Error('no session store'), new Error('cut')])
    expect(await claps()).toBe(0)
  })

  it('SC10 compares the principal before it looks the key up', async () => {
    const looked = vi.spyOn(store, 'runOnce')
    const { run } = create()
    await run(requestOf({ user: 'ada' }), () => new Response('for ada'))
    const response = await run(requestOf({ user: 'grace', principal: 'ada' }), clap)
    expect(await response.clone().text()).not.toContain('ada')
    expect(await problemIn(response)).toEqual(problem(403, 'principal-mismatch'))
    const tagless = await run(requestOf({ principal: null }), clap)
    expect(await problemIn(tagless)).toEqual(problem(400, 'principal-required'))
    expect(looked).toHaveBeenCalledTimes(1)
    expect(await claps()).toBe(0)
  })

  it('SC10 does without the tag by option, and still refuses a wrong one', async () => {
    const { run } = create({ principalTag: 'optional' })
    expect((await run(requestOf({ principal: null }), clap)).status).toBe(201)
    expect((await run(requestOf({ principal: 'grace' }), clap)).status).toBe(403)
    const keyless = create({ key: 'optional' })
    expect((await keyless.run(requestOf({ key: null, principal: 'grace' }), clap)).status).toBe(403)
  })

  it('SC10 answers 401 where the user is not known, an empty name included', async () => {
    for (const user of [null, '']) {
      const response = await create().run(requestOf({ user, principal: null }), clap)
      expect(await problemIn(response)).toEqual(problem(401, 'unauthenticated'))
    }
    expect(await claps()).toBe(0)
  })

  it('SC11 echoes the key with what became of it on every answer, readable from other origins', async () => {
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

  it('SC12 publishes the retention in seconds on every answer and forgets after it', async () => {
    let now = 1_000_000
    const { run } = create({ retentionMs: 10_500, now: () => now })
    expect((await create().run(requestOf({ key: null }), clap)).headers.get('idempotency-retention')).toBe(
      '604800',
    )
    expect((await run(requestOf(), clap)).headers.get('idempotency-retention')).toBe('10')
    now += 10_499
    expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('replayed')
    now += 1
    expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('stored')
  })

  it('SC18 answers 503 with Retry-After: 1 when the store is busy', async () => {
    vi.spyOn(store, 'runOnce').mockRejectedValue(new StoreBusyError('busy'))
    const response = await create().run(requestOf(), clap)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await problemIn(response)).toEqual(problem(503, 'busy'))
    expect(errors).toEqual([])
  })

  it('SC20 stores a body of 64 KiB whole and of a larger one status and headers', async () => {
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

  it('SC21 gives all headers to the first answer and only those on the list to a repeat', async () => {
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
    expect([...repeat.headers.keys()].filter((name) => !/^idempotency-|^access-control-/.test(name))).toEqual(
      ['content-encoding', 'content-type', 'etag', 'location', 'x-kept'],
    )
  })

  it('SC22 rejects with a TypeError on an answer without an end, an upgrade or a used body, and undoes it', async () => {
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
    expect(errors).toEqual([])
    expect((await run(requestOf(), clap)).headers.get('idempotency-status')).toBe('stored')
  })

  it('SC22 reads a streamed answer to its end inside the transaction', async () => {
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

  it('SEC26 answers a key of another user as it answers one that nobody used', async () => {
    const { run } = create()
    await run(requestOf({ user: 'ada', body: '{"text":"private"}' }), () => new Response('for ada'))
    const foreign = await run(requestOf({ user: 'grace' }), clap)
    const unknown = await run(requestOf({ user: 'grace', key: 'u'.repeat(16) }), clap)
    expect(foreign.status).toBe(unknown.status)
    expect([...foreign.headers.keys()]).toEqual([...unknown.headers.keys()])
    expect(foreign.headers.get('idempotency-status')).toBe('stored')
  })

  it('SEC27 takes the key and payload of one user, sent by another, for that one’s own first request', async () => {
    const { run } = create()
    await run(requestOf({ user: 'ada' }), clap)
    const stolen = await run(requestOf({ user: 'grace' }), clap)
    expect(await stolen.json()).toEqual({ claps: 2, by: 'grace' })
    expect(stolen.headers.get('idempotency-replayed')).toBeNull()
    expect(await (await run(requestOf({ user: 'ada' }), clap)).json()).toEqual({ claps: 1, by: 'ada' })
  })
})
