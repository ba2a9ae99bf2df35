import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerOf, describeAnswerCache, textOfAnswer, wide } from '../contracts/answer-cache-contract.js'
import { cacheStorageAnswers } from './cache-storage-answers.js'

const fresh = () => `copies-${crypto.randomUUID()}`
const quiet = { report: (error: unknown) => expect.fail(String(error)) }

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describeAnswerCache('Cache Storage', () => cacheStorageAnswers(fresh(), quiet))

describe('Cache Storage', () => {
  it('has one cache for each user with answers, and none for others', async () => {
    const database = fresh()
    const copies = cacheStorageAnswers(database, quiet)
    const names = async () => (await caches.keys()).filter((name) => name.includes(database))

    await copies.find('p', 'a')
    await copies.drop('p', 'a')
    expect(await names()).toEqual([])

    await copies.keep('p', 'a', answerOf('a'), wide)
    expect(await names()).toEqual([`redux-broker:${database}:p`])
  })

  it('finds a copy by its key alone, although Cache Storage itself would choose by `Vary` and refuse `Vary: *`', async () => {
    const cache = await caches.open(fresh())
    const url = 'https://redux-broker.invalid/?a'
    const varying = (vary: string) => new Response('a', { headers: { vary } })
    await cache.put(new Request(url, { headers: { 'x-team': 'red' } }), varying('x-team'))
    expect(await cache.match(url)).toBeUndefined()
    expect(await cache.match(new Request(url, { headers: { 'x-team': 'red' } }))).toBeDefined()
    await expect(cache.put(url, varying('*'))).rejects.toThrow(TypeError)

    const copies = cacheStorageAnswers(fresh(), quiet)
    const copy = answerOf('a', 7, { headers: [['vary', 'x-team']] })
    await copies.keep('p', 'a', copy, wide)
    expect(await copies.find('p', 'a')).toEqual(copy)
  })

  it('finds and counts the answers of an earlier page', async () => {
    const database = fresh()
    await cacheStorageAnswers(database, quiet).keep('p', 'a', answerOf('x'.repeat(700), 1_000), wide)
    const later = cacheStorageAnswers(database, quiet)
    expect(textOfAnswer(await later.find('p', 'a'))).toBe('x'.repeat(700))

    await later.keep('p', 'b', answerOf('y'.repeat(700), 2_000), { ...wide, bytesMax: 1_000 })

    expect([await later.find('p', 'a'), textOfAnswer(await later.find('p', 'b'))]).toEqual([
      undefined,
      'y'.repeat(700),
    ])
  })

  it('notices answers of another tab before they exceed the bound by an eighth', async () => {
    const database = fresh()
    const bounds = { ...wide, bytesMax: 8_000 }
    const [here, there] = [cacheStorageAnswers(database, quiet), cacheStorageAnswers(database, quiet)]

    for (let i = 0; i < 20; i++) {
      await here.keep('p', `here ${i}`, answerOf('x'.repeat(500), 2 * i), bounds)
      await there.keep('p', `there ${i}`, answerOf('y'.repeat(500), 2 * i + 1), bounds)
    }

    const cache = await caches.open(`redux-broker:${database}:p`)
    const bodies = await Promise.all((await cache.matchAll()).map((response) => response.arrayBuffer()))
    const bytes = bodies.reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(bytes).toBeLessThanOrEqual(9_000)
    expect(textOfAnswer(await here.find('p', 'there 19'))).toBe('y'.repeat(500))
  })

  it('removes nothing from a database whose name begins with its own, nor from the app’s caches', async () => {
    const database = fresh()
    const [one, other] = [cacheStorageAnswers(database, quiet), cacheStorageAnswers(`${database}:b`, quiet)]
    await one.keep('p', 'a', answerOf('one'), wide)
    await other.keep('p', 'a', answerOf('other'), wide)
    const app = await caches.open(`${database} of the app`)

    await one.clearOthers([])

    expect([await one.find('p', 'a'), textOfAnswer(await other.find('p', 'a'))]).toEqual([undefined, 'other'])
    expect(app).toBeDefined()
    expect(await caches.has(`${database} of the app`)).toBe(true)
  })

  it('answers no request of the app’s own worker', async () => {
    const url = new URL('/api/me', location.href).href
    await cacheStorageAnswers(fresh(), quiet).keep('p', url, answerOf('me'), wide)

    expect(await caches.match(url)).toBeUndefined()
  })

  it('makes room on a full disk instead of failing', async () => {
    const copies = cacheStorageAnswers(fresh(), quiet)
    await copies.keep('p', 'a', answerOf('a'), wide)
    vi.spyOn(Cache.prototype, 'put').mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'))

    await copies.keep('p', 'b', answerOf('b'), wide)
    expect([await copies.find('p', 'a'), await copies.find('p', 'b')]).toEqual([undefined, undefined])

    await copies.keep('p', 'c', answerOf('c'), wide)
    expect(textOfAnswer(await copies.find('p', 'c'))).toBe('c')
  })

  it('keeps nothing without Cache Storage, and reports nothing', async () => {
    vi.stubGlobal('caches', undefined)
    const copies = cacheStorageAnswers(fresh(), quiet)

    await copies.keep('p', 'a', answerOf('a'), wide)
    await copies.drop('p', 'a')
    await copies.clear('p')
    await copies.clearOthers([])

    expect(await copies.find('p', 'a')).toBeUndefined()
  })

  it('keeps nothing if the storage fails, and reports that once', async () => {
    const errors: unknown[] = []
    const copies = cacheStorageAnswers(fresh(), { report: (error) => void errors.push(error) })
    const refuse = () => Promise.reject(new DOMException('no', 'SecurityError'))
    vi.spyOn(CacheStorage.prototype, 'open').mockImplementation(refuse)
    vi.spyOn(CacheStorage.prototype, 'match').mockImplementation(refuse)

    await copies.keep('p', 'a', answerOf('a'), wide)

    expect(await copies.find('p', 'a')).toBeUndefined()
    expect(errors).toEqual([expect.objectContaining({ name: 'SecurityError' })])
  })
})
