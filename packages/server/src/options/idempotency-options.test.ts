import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { createIdempotency, type IdempotencyOptions, type MemoryTransaction, memoryStore } from '../index.js'
import { requestOf, sessionUser } from '../run/request-fixture.js'

const create = (options: Partial<IdempotencyOptions<MemoryTransaction>>) =>
  createIdempotency({ store: memoryStore(), principal: sessionUser, ...options })

describe('the options', () => {
  it('refuse to store headers with secrets or of the connection', () => {
    for (const name of [
      'set-cookie',
      'authorization',
      'Set-Cookie',
      'Link',
      'content-length',
      'idempotency-key',
      'a b',
      'set-cookie2',
      'www-authenticate',
      'proxy-authenticate',
      'x-auth-token',
      'x-csrf-token',
      'x-api-key',
      'x-session-id',
    ]) {
      expect(() => create({ replayedHeaders: [name] }), name).toThrow(TypeError)
    }
  })

  it('refuse a retention below a second, and times and sizes that are not numbers', () => {
    for (const retentionMs of [0, 999, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => create({ retentionMs })).toThrow(RangeError)
    }
    for (const tombstoneMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => create({ tombstoneMs })).toThrow(RangeError)
    }
    for (const bodyBytesMax of [-1, Number.NaN]) expect(() => create({ bodyBytesMax })).toThrow(RangeError)
    for (const deadlineMs of [0, -5, Number.NaN, 2 ** 31]) {
      expect(() => create({ deadlineMs })).toThrow(RangeError)
    }
    for (const waitingBytesMax of [-1, Number.NaN, 1_000, 16 * 1024 * 1024 - 1]) {
      expect(() => create({ waitingBytesMax })).toThrow(RangeError)
    }
    for (const keysPerPrincipalMax of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => create({ keysPerPrincipalMax })).toThrow(RangeError)
    }
  })

  const mistakes: readonly (readonly [options: object, said: string])[] = [
    [{ key: 'optonal' }, 'key: got "optonal", expected "required" or "optional"'],
    [{ key: true }, 'key: got true, expected "required" or "optional"'],
    [{ principalTag: 'none' }, 'principalTag: got "none", expected "required" or "optional"'],
    [{ bareKeys: 'yes' }, 'bareKeys: got "yes", expected true or false'],
    [{ commitRefusals: 1 }, 'commitRefusals: got 1, expected true or false'],
    [{ store: undefined }, 'store: got undefined, expected a store: give sqliteStore(database)'],
    [{ store: 'app.db' }, 'store: got "app.db", expected a store'],
    [{ store: { runOnce: () => {} } }, 'store.find: got undefined, expected a function'],
    [{ store: { ...memoryStore(), purge: 7 } }, 'store.purge: got 7, expected a function'],
    [
      { principal: 'ada' },
      'principal: got "ada", expected a function: give one that tells the signed-in user',
    ],
    [{ principal: undefined }, 'principal: got undefined, expected a function'],
    [{ onError: {} }, 'onError: got an object, expected a function'],
    [{ now: 1 }, 'now: got 1, expected a function'],
    [{ retentionMs: '7d' }, 'retentionMs: got "7d", expected a number of milliseconds'],
    [{ retentionMs: -1 }, 'retentionMs: got -1, expected 1000 to'],
    [{ deadlineMs: null }, 'deadlineMs: got null, expected a number of milliseconds'],
    [{ bodyBytesMax: 1n }, 'bodyBytesMax: got 1, expected a number of bytes'],
    [{ waitingBytesMax: 9 }, 'expected 16777216 to'],
    [{ replayedHeaders: 'etag' }, 'replayedHeaders: got "etag", expected an array of names'],
    [{ replayedHeaders: [7] }, 'replayedHeaders: got 7, expected a lower-case name'],
    [
      { rententionMs: 1_000 },
      'createIdempotency: got the option "rententionMs", expected one of store, principal',
    ],
  ]
  it.each(mistakes)('say what was given, what was expected and how to fix it: %o', (options, said) => {
    expect(() => create(options)).toThrow(said)
  })

  it('must be given', () => {
    for (const given of [undefined, null, 7, 'sqlite']) {
      expect(() => createIdempotency(given as never)).toThrow('expected an object of options')
    }
  })

  const clocks: readonly (readonly [given: unknown, told: string])[] = [
    [Promise.resolve(1), 'an object'],
    [Number.NaN, 'NaN'],
    ['2026', '"2026"'],
    [new Date(0), 'an object'],
  ]
  it.each(clocks)('refuse the time %o, and tell onError what was expected', async (given, told) => {
    const errors: unknown[] = []
    const now = () => given as number
    const { run, purge } = create({ now, onError: (error) => errors.push(error) })
    const said = new TypeError(`now: got ${told}, expected a finite number of milliseconds, and no promise`)
    expect((await run(requestOf(), () => new Response())).status).toBe(500)
    expect(errors).toEqual([said])
    await expect(purge()).rejects.toEqual(said)
  })

  it('report an error to the console if onError is missing or throws itself', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fails = () => {
      throw new Error('from the handler')
    }
    await create({}).run(requestOf(), fails)
    expect(reported).toHaveBeenLastCalledWith(new Error('from the handler'))
    const onError = () => {
      throw new Error('from onError')
    }
    expect((await create({ onError }).run(requestOf(), fails)).status).toBe(500)
    expect(reported).toHaveBeenLastCalledWith(new Error('from onError'))
    const unseen = { [Symbol.for('nodejs.util.inspect.custom')]: fails }
    reported.mockImplementation((error) => void inspect(error))
    const throwsUnseen = () => Promise.reject(unseen)
    expect((await create({}).run(requestOf(), throwsUnseen)).status).toBe(500)
    expect(reported).toHaveBeenLastCalledWith('an error could not be shown')
    reported.mockRestore()
  })
})
