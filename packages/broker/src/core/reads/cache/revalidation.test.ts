import { describe, expect, it } from 'vitest'
import { isAboutAnswer, refreshedBy } from './revalidation.js'

const answer = (headers: Readonly<Record<string, string>>, status = 200) => ({
  status,
  headers: Object.entries(headers),
  body: new ArrayBuffer(0),
})
const unchanged = (headers: Readonly<Record<string, string>>) => answer(headers, 304)
const tagged = (etag: string | undefined) => (etag === undefined ? {} : { etag })

describe('a 304', () => {
  it.each([
    ['W/"v1"', '"v1"'],
    ['"v1"', 'W/"v1"'],
    ['W/"v1"', 'W/"v1"'],
    ['"W/v1"', '"W/v1"'],
    ['"v1"', undefined],
    [undefined, undefined],
  ])('to a copy with the ETag %s that names %s confirms the copy', (kept, named) => {
    expect(isAboutAnswer(unchanged(tagged(named)), answer(tagged(kept)))).toBe(true)
  })

  it.each([
    ['W/"v1"', '"v2"'],
    ['"v1"', '"V1"'],
    ['"W/v1"', 'W/"v1"'],
    ['w/"v1"', '"v1"'],
    [undefined, '"v1"'],
  ])('to a copy with the ETag %s that names %s does not confirm the copy', (kept, named) => {
    expect(isAboutAnswer(unchanged(tagged(named)), answer(tagged(kept)))).toBe(false)
  })

  it('replaces the headers that it names, keeps the others, and keeps how the body is encoded', () => {
    const kept = answer({
      'content-type': 'application/json',
      'content-length': '9',
      'x-remaining': '9',
      link: 'a',
    })
    const newer = unchanged({
      'content-type': 'text/html',
      'content-length': '0',
      'content-encoding': 'br',
      'x-remaining': '8',
      'cache-control': 'private',
    })

    const { status, headers } = refreshedBy(newer, kept)

    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      'content-length': '9',
      'x-remaining': '8',
      link: 'a',
      'cache-control': 'private',
    })
  })

  it('replaces all values of a header that it names', () => {
    const kept = { ...answer({}), headers: [['link', 'a'] as const, ['link', 'b'] as const] }

    expect(refreshedBy(unchanged({ link: 'c' }), kept).headers).toEqual([['link', 'c']])
  })
})
