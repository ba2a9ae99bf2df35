import { describe, expect, it } from 'vitest'
import { waitingEntry } from '../fixtures/entry.fixture.js'
import type { Success } from '../rows/answer-rules.js'
import type { EntryCore, Trouble } from '../rows/entry.js'
import { classifyReply } from './classify-reply.js'
import { acceptFor } from './server-acknowledgement.js'

const reply = (status: number, contentType?: string, body = '', headers = {}) => ({
  kind: 'answer' as const,
  status,
  headers: { ...(contentType !== undefined && { 'content-type': contentType }), ...headers },
  body,
})
const put = (accept?: string) => ({
  ...waitingEntry().request,
  method: 'PUT',
  headers: accept === undefined ? [] : ([['accept', accept]] as const),
})
const kindOf = (answer: ReturnType<typeof reply>, more: Partial<EntryCore> = {}) =>
  classifyReply(answer, waitingEntry({ request: put(), ...more }), 0).kind

describe('an answer of a plain server is success', () => {
  it.each([
    ['text/json', undefined, reply(200, 'text/json', '{}')],
    ['JSON with parameters, in capitals', undefined, reply(201, 'Application/JSON; Charset=UTF-8', '1')],
    ['what `accept` names in capitals', 'Text/Plain', reply(200, 'text/plain; charset=utf-8', 'OK')],
    ['what a wildcard of `accept` names', 'text/*', reply(200, 'text/csv', 'a,b')],
    ['what `*/*` names', '*/*', reply(200, 'text/plain', 'OK')],
    ['what a list names', 'application/xml;q=0.8, image/png', reply(200, 'image/png', 'x')],
  ])('where it is %s', (_what, accept, answer) => {
    expect(kindOf(answer, { request: put(accept) })).toBe('delivered')
  })

  it.each([
    ['an empty 200', undefined, reply(200)],
    ['an empty 200 that says it is JSON', undefined, reply(200, 'application/json')],
    ['text where nothing was asked', undefined, reply(200, 'text/plain', 'OK')],
    ['what `accept` refuses', 'text/*, text/csv;q=0', reply(200, 'text/csv', 'a')],
    ['a type of which the asked one is a part', 'text/plain', reply(200, 'text/plain-html', 'a')],
    ['a captive portal where anything was asked', '*/*', reply(200, 'text/html', '<html>')],
  ])('not where it is %s', (_what, accept, answer) => {
    expect(kindOf(answer, { request: put(accept) })).toBe('retry')
  })
})

describe('success, declared', () => {
  const declared: readonly (readonly [Success, ReturnType<typeof reply>, boolean])[] = [
    ['any2xx', reply(200), true],
    ['any2xx', reply(206, 'text/html', '<html>'), true],
    ['any2xx', reply(200, 'application/json', '{"a":'), true],
    [{ status: [200, 201] }, reply(201), true],
    [{ status: [200, 201] }, reply(200, undefined, 'OK'), true],
    [{ status: [200, 201] }, reply(200, 'application/json'), true],
    [{ status: [200, 201] }, reply(202), false],
    [{ status: [200, 201] }, reply(204), false],
    [{ status: [200, 201] }, reply(200, 'text/html', '<html>'), false],
    [{ contentTypes: ['text/plain'] }, reply(202, 'text/plain', 'OK'), true],
    [{ contentTypes: ['text/html'] }, reply(200, 'text/html', '<p>done</p>'), true],
    [{ contentTypes: ['text/*'] }, reply(200), false],
    [{ contentTypes: ['text/plain'] }, reply(204), true],
    [{ contentTypes: ['text/plain'] }, reply(200, 'image/png', 'x'), false],
    [{ status: [201], contentTypes: ['text/csv'] }, reply(200, 'text/csv', 'a'), false],
    [{ status: [201], contentTypes: ['text/csv'] }, reply(201, 'text/csv', 'a'), true],
    ['json', reply(200, 'application/json', '{}'), true],
    ['json', reply(200, 'text/plain', 'OK'), false],
  ]

  it.each(declared)('%j takes %j: %s', (success, answer, isSuccess) => {
    expect(kindOf(answer, { success }) === 'delivered').toBe(isSuccess)
    expect(kindOf(answer, { success, server: 'idempotent' }) === 'delivered').toBe(isSuccess)
  })

  it('counts beside the echo of the key, which is success in any case', () => {
    const echo = { 'idempotency-key': '"key-1"' }

    expect(kindOf(reply(200, undefined, '', echo), { success: { status: [201] } })).toBe('delivered')
  })

  it('is what the request asks for', () => {
    expect(acceptFor()).toBe('application/json')
    expect(acceptFor('any2xx')).toBe('*/*')
    expect(acceptFor({ status: [201] })).toBe('*/*')
    expect(acceptFor({ contentTypes: ['text/plain', 'image/*'] })).toBe('text/plain, image/*')
  })
})

describe('a 2xx that is not acknowledged', () => {
  const after = (times: number): { readonly trouble: Trouble } => ({
    trouble: { reason: 'notAcknowledged', httpStatus: 200, at: 0, times },
  })
  const bare = reply(200, 'text/plain', 'OK')

  it('is sent eight times in ten minutes or more, and then returned with what came', () => {
    let waitedMs = 0
    for (let sent = 1; sent < 8; sent++) {
      const outcome = classifyReply(bare, waitingEntry({ request: put(), ...after(sent - 1) }), 0)
      expect(outcome).toMatchObject({ kind: 'retry', reason: 'notAcknowledged', came: 'text/plain' })
      waitedMs += (outcome as { readonly retryAfterMs: number }).retryAfterMs
    }

    expect(waitedMs).toBeGreaterThanOrEqual(600_000)
    expect(classifyReply(bare, waitingEntry({ request: put(), ...after(7) }), 0)).toEqual({
      kind: 'returned',
      reason: 'notAcknowledged',
      httpStatus: 200,
      came: 'text/plain',
      problem: 'OK',
      effect: 'unknown',
    })
  })

  it('is in doubt in the end where a repeat by another key could double its effect', () => {
    const posted = waitingEntry({ server: 'idempotent', ...after(7) })

    expect(classifyReply(bare, posted, 0)).toMatchObject({ kind: 'inDoubt', reason: 'notAcknowledged' })
    expect(classifyReply(bare, waitingEntry(), 0)).toMatchObject({ kind: 'inDoubt', came: 'text/plain' })
  })

  it('begins anew after another failure', () => {
    const trouble = { reason: 'network', at: 0, times: 30 }

    expect(classifyReply(bare, waitingEntry({ request: put(), trouble }), 0).kind).toBe('retry')
  })
})

describe('refusedWhen', () => {
  const errors = [{ path: '/errors' }]
  const json = (body: unknown) => reply(200, 'application/json', JSON.stringify(body))

  it.each([
    ['a list of errors', errors, { data: null, errors: [{ message: 'no' }] }],
    ['an error deep inside', [{ path: '/data/like/userErrors' }], { data: { like: { userErrors: ['no'] } } }],
    ['a word', [{ path: '/status', value: 'error' }], { status: 'error' }],
    ['a false', [{ path: '/ok', value: false }], { ok: false }],
    ['one of several', [{ path: '/fault' }, { path: '/errors/0' }], { errors: ['no'] }],
  ])('returns a 2xx that carries %s, with its body as the problem', (_what, refusedWhen, body) => {
    expect(classifyReply(json(body), waitingEntry({ refusedWhen }), 0)).toEqual({
      kind: 'returned',
      reason: 'refused',
      httpStatus: 200,
      problem: body,
      effect: 'none',
    })
  })

  it.each([
    ['nothing there', { data: {} }],
    ['an empty list', { errors: [] }],
    ['null', { errors: null }],
    ['no object at all', 7],
  ])('leaves %s for success', (_what, body) => {
    expect(kindOf(json(body), { refusedWhen: errors })).toBe('delivered')
  })

  it('sees headers too, in any case, and a part of the text', () => {
    const failing = reply(200, 'application/json', '{"note":"FAULT 7"}', { 'x-error': 'quota' })

    expect(kindOf(failing, { refusedWhen: [{ header: 'X-Error' }] })).toBe('returned')
    expect(kindOf(failing, { refusedWhen: [{ header: 'x-error', value: 'disk' }] })).toBe('delivered')
    expect(kindOf(failing, { refusedWhen: [{ text: 'FAULT' }] })).toBe('returned')
  })

  it.each([
    ['a name that every object inherits', '/constructor', {}],
    ['the prototype', '/__proto__', { a: 1 }],
    ['a method of lists', '/errors/push', { errors: [] }],
    ['a method further in', '/data/toString/name', { data: {} }],
    ['the length of a text', '/status/length', { status: 'fine' }],
  ])('finds only what the body itself has, and not %s', (_what, path, body) => {
    expect(kindOf(json(body), { refusedWhen: [{ path }] })).toBe('delivered')
  })

  it.each([
    ['__proto__', '{"__proto__":{"a":1}}', '/__proto__/a'],
    ['constructor', '{"constructor":"x"}', '/constructor'],
    ['a name in a list', '{"list":[{"a":1}]}', '/list/0/a'],
  ])('finds what the body names %s', (_what, body, path) => {
    expect(kindOf(reply(200, 'application/json', body), { refusedWhen: [{ path }] })).toBe('returned')
  })

  it('has no place in JSON that is labelled as text, as nothing else takes it for JSON', () => {
    const labelled = reply(200, 'text/plain', '{"errors":["no"]}')

    expect(kindOf(labelled, { success: 'any2xx', refusedWhen: errors })).toBe('delivered')
    expect(kindOf(labelled, { success: 'any2xx', refusedWhen: [{ text: '"errors"' }] })).toBe('returned')
  })

  it.each([
    ['a path', 'inDoubt', [{ path: '/errors' }]],
    ['a text', 'inDoubt', [{ text: 'errors' }]],
    ['a path beside a status that it has', 'inDoubt', [{ status: 200, path: '/errors' }]],
    ['a header that it has', 'returned', [{ header: 'x-error' }, { path: '/errors' }]],
    ['a path beside a header that it has not', 'confirmed', [{ header: 'x-other', path: '/errors' }]],
    ['a path beside another status', 'confirmed', [{ status: 201, path: '/errors' }]],
    ['nothing', 'confirmed', []],
  ])('makes of a body that is too long to be read, where it names %s: %s', (_what, kind, refusedWhen) => {
    const tooLong = { ...reply(200, 'application/json', '', { 'x-error': 'quota' }), body: undefined }

    expect(classifyReply(tooLong, waitingEntry({ request: put(), refusedWhen }), 0)).toMatchObject({ kind })
  })

  it('is no word of an answer that is not the application’s', () => {
    expect(kindOf(reply(200, 'text/plain', 'errors'), { refusedWhen: [{ text: 'errors' }] })).toBe('retry')
  })
})
