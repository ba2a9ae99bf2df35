// The duties of every place for kept answers. One suite, run on each adapter.
import { beforeEach, describe, expect, it } from 'vitest'
import type { AnswerCache } from '../../core/reads/cache/answer-cache-port.js'
import { answerBytes, type CacheBounds, type StoredAnswer } from '../../core/reads/cache/cache-policy.js'

export const wide: CacheBounds = { bytesMax: 1_000_000, ageMsMax: 1_000_000 }
const day = 86_400_000

export const answerOf = (
  text: string,
  fetchedAt = 1_000,
  more: Partial<StoredAnswer['answer']> = {},
): StoredAnswer => ({
  answer: {
    status: 200,
    headers: [['content-type', 'application/json']],
    body: new TextEncoder().encode(text).buffer as ArrayBuffer,
    ...more,
  },
  fetchedAt,
})

export const textOfAnswer = (copy: StoredAnswer | undefined): string | undefined =>
  copy && new TextDecoder().decode(copy.answer.body)

/** `create` gives a place that is empty and shares nothing with an earlier one. */
export function describeAnswerCache(name: string, create: () => AnswerCache): void {
  describe(`${name} as a place for kept answers`, () => {
    let copies: AnswerCache
    beforeEach(() => {
      copies = create()
    })
    const find = async (key: string, partition = 'p') => textOfAnswer(await copies.find(partition, key))
    const keep = (key: string, copy: StoredAnswer, bounds = wide, partition = 'p') =>
      copies.keep(partition, key, copy, bounds)

    it('returns an answer as it was stored, and undefined for an unknown key', async () => {
      const copy = answerOf('hé', 7, {
        headers: [
          ['etag', '"1"'],
          ['x-name', 'caf\u00e9, 1'],
        ],
      })

      await keep('a', copy)

      expect(await copies.find('p', 'a')).toEqual(copy)
      expect([await find('b'), await find('a', 'q')]).toEqual([undefined, undefined])
    })

    it.each([
      ['no body', 204, [] as [string, string][]],
      ['a part', 206, [] as [string, string][]],
      ['what varies', 200, [['vary', 'accept-language, cookie'] as [string, string]]],
    ])('returns %s too', async (_, status, headers) => {
      const copy = answerOf('', 7, { status, headers })

      await keep('a', copy)

      expect(await copies.find('p', 'a')).toEqual(copy)
    })

    it('tells keys apart that are alike as parts of a URL', async () => {
      const keys = [
        'a',
        'a#b',
        'a/../a',
        '..',
        '.',
        '',
        'a?b',
        'a%3Fb',
        'a b',
        'a+b',
        'A',
        'a\\',
        'ä',
        'a\u0308',
      ]

      for (const key of keys) await keep(key, answerOf(`of ${key}`))

      for (const key of keys) expect(await find(key)).toBe(`of ${key}`)
    })

    it('keeps the latest answer of a key', async () => {
      await keep('a', answerOf('old'))
      await keep('a', answerOf('new'))

      expect(await find('a')).toBe('new')
    })

    it('renews the date of an unchanged copy', async () => {
      await keep('a', answerOf('same', 1_000))

      await keep('a', answerOf('same', 5_000))

      expect(await copies.find('p', 'a')).toEqual(answerOf('same', 5_000))
    })

    it('drops the oldest answer first, by the date of its last confirmation', async () => {
      const two = { bytesMax: 2 * answerBytes('a', answerOf('x').answer), ageMsMax: 1_000_000 }
      await keep('a', answerOf('1', 1_000), two)
      await keep('b', answerOf('2', 2_000), two)
      await keep('a', answerOf('1', 3_000), two)

      await keep('c', answerOf('3', 4_000), two)

      expect([await find('a'), await find('b'), await find('c')]).toEqual(['1', undefined, '3'])
    })

    it('counts the bytes of a replaced answer once', async () => {
      const two = { bytesMax: 2 * answerBytes('a', answerOf('x').answer), ageMsMax: 1_000_000 }
      await keep('a', answerOf('1'), two)

      for (const text of ['2', '3', '4']) await keep('b', answerOf(text), two)

      expect([await find('a'), await find('b')]).toEqual(['1', '4'])
    })

    it('never exceeds its bounds, however many answers come at once', async () => {
      const bounds = { bytesMax: 10 * answerBytes('00', answerOf('x').answer), ageMsMax: 1_000_000 }
      const keys = Array.from({ length: 40 }, (_, i) => String(i + 10))

      await Promise.all(keys.map((key, i) => keep(key, answerOf('x', i), bounds)))

      const left = (await Promise.all(keys.map((key) => find(key)))).filter((text) => text !== undefined)
      expect(left.length).toBeGreaterThan(0)
      expect(left.length).toBeLessThanOrEqual(10)
    })

    it('stores no answer larger than the bound, drops the answer that it replaces, and keeps the others', async () => {
      const small = { bytesMax: 100, ageMsMax: day }
      await keep('a', answerOf('a'), small)
      await keep('b', answerOf('b'), small)

      await keep('a', answerOf('a'.repeat(100)), small)

      expect([await find('a'), await find('b')]).toEqual([undefined, 'b'])
    })

    it('removes one answer, or all of a user, and keeps those of other users', async () => {
      for (const partition of ['p', 'q'])
        for (const key of ['a', 'b']) await keep(key, answerOf(key), wide, partition)

      await copies.drop('p', 'a')
      await copies.drop('nobody', 'a')
      expect([await find('a'), await find('b'), await find('a', 'q')]).toEqual([undefined, 'b', 'a'])

      await copies.clear('q')
      expect([await find('b'), await find('a', 'q'), await find('b', 'q')]).toEqual([
        'b',
        undefined,
        undefined,
      ])
    })

    it('removes the answers of all users, or of all but some', async () => {
      for (const partition of ['p', 'q', 'r']) await keep('a', answerOf('a'), wide, partition)

      await copies.clearOthers(['q'])
      expect([await find('a'), await find('a', 'q'), await find('a', 'r')]).toEqual([
        undefined,
        'a',
        undefined,
      ])

      await copies.clearOthers([])
      expect(await find('a', 'q')).toBeUndefined()
    })

    it('stores answers again after everything was removed', async () => {
      await keep('a', answerOf('1'))
      await copies.clear('p')

      await keep('a', answerOf('2'))

      expect(await find('a')).toBe('2')
    })
  })
}
