import { describe, expect, it, vi } from 'vitest'
import { createIdempotency, type IdempotencyOptions, type MemoryTransaction, memoryStore } from './index.js'
import { requestOf, sessionUser } from './request-fixture.js'

const create = (options: Partial<IdempotencyOptions<MemoryTransaction>>) =>
  createIdempotency({ store: memoryStore(), principal: sessionUser, ...options })

describe('the options', () => {
  it('SC21 refuse to keep headers that carry secrets or are not ours to keep', () => {
    for (const name of [
      'set-cookie',
      'authorization',
      'Set-Cookie',
      'Link',
      'content-length',
      'idempotency-key',
      'a b',
    ]) {
      expect(() => create({ replayedHeaders: [name] }), name).toThrow(TypeError)
    }
  })

  it('refuse a retention below a second, and times and sizes that are no numbers', () => {
    for (const retentionMs of [0, 999, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => create({ retentionMs })).toThrow(RangeError)
    }
    for (const tombstoneMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => create({ tombstoneMs })).toThrow(RangeError)
    }
    for (const bodyBytesMax of [-1, Number.NaN]) expect(() => create({ bodyBytesMax })).toThrow(RangeError)
  })

  it('report an error to the console where onError is not given or throws itself', async () => {
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
    reported.mockRestore()
  })
})
