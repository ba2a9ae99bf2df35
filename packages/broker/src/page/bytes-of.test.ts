import { describe, expect, it } from 'vitest'
import { bytesOf } from './bytes-of.js'

const mebibyte = 1_048_576

describe('the bytes of a value', () => {
  it.each([
    ['a text', 'é€😀', 9],
    ['a Blob', new Blob(['é', new ArrayBuffer(10)]), 12],
    ['a buffer', new ArrayBuffer(8 * mebibyte), 8 * mebibyte],
    ['a view, which is stored with its whole buffer', new Uint8Array(new ArrayBuffer(100), 0, 1), 100],
    ['a number', 7, 8],
    ['nothing', undefined, 8],
  ])('are those of %s', (_name, value, bytes) => {
    expect(bytesOf(value)).toBe(bytes)
  })

  it.each([
    ['an object', { a: new ArrayBuffer(mebibyte) }],
    ['a list in a list', [[[new ArrayBuffer(mebibyte)]]]],
    ['a Map', new Map([['a', new Blob([new ArrayBuffer(mebibyte)])]])],
    ['a Set', new Set([new Uint8Array(mebibyte)])],
    ['a key', { ['x'.repeat(mebibyte)]: 1 }],
    ['a key of a Map', new Map([['x'.repeat(mebibyte), 1]])],
    ['search parameters', new URLSearchParams({ a: 'x'.repeat(mebibyte) })],
    [
      'an object of a class',
      new (class {
        readonly text = 'x'.repeat(mebibyte)
      })(),
    ],
  ])('are counted inside %s', (_name, value) => {
    expect(bytesOf(value)).toBeGreaterThanOrEqual(mebibyte)
    expect(bytesOf(value)).toBeLessThan(mebibyte + 100)
  })

  it('are counted of the files of a form', () => {
    const form = new FormData()
    form.append('a', new Blob([new ArrayBuffer(mebibyte)]), 'a.bin')

    expect(bytesOf(form)).toBeGreaterThan(mebibyte)
  })

  it('count what stands in several places once, as it is stored', () => {
    const buffer = new ArrayBuffer(mebibyte)

    expect(bytesOf([buffer, new Uint8Array(buffer), { buffer }])).toBeLessThan(mebibyte + 200)
  })

  it('end where an object holds itself', () => {
    const one: Record<string, unknown> = { name: 'x' }
    one['self'] = [one, new Map([[one, one]])]

    expect(bytesOf(one)).toBeGreaterThan(0)
  })

  it('end however deep and however long a value is', () => {
    let deep: unknown = 0
    for (let i = 0; i < 50_000; i++) deep = [deep]

    expect(bytesOf(deep)).toBe(8 * 50_001)
    expect(bytesOf(new Array(200_000).fill(1))).toBe(8 * 200_001)
  })
})
