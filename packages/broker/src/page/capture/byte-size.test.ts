import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteSize, type Tally } from './byte-size.js'
import { storedCopy, toJson } from './plain-data.js'
import { checkedByteSize } from './size-limits.js'

const mebibyte = 1_048_576
const limits = { bodyBytesMax: 1e9, bytesMax: 1e9 }
const tallyTo = (max: number): Tally => ({ bytes: 0, max, tooMany: () => new Error('too many') })

const storedBytes = (value: unknown, max = 1e9) => {
  const tally = tallyTo(max)
  storedCopy(value, 'payload', tally)
  return tally.bytes
}

describe('the bytes of a value by itself', () => {
  it.each([
    ['a text', 'é€😀', 9],
    ['a Blob', new Blob(['é', new ArrayBuffer(10)]), 12],
    ['a buffer', new ArrayBuffer(8 * mebibyte), 8 * mebibyte],
    ['a view, which is stored with its whole buffer', new Uint8Array(new ArrayBuffer(100), 0, 1), 100],
  ])('are those of %s', (_name, value, bytes) => {
    expect(byteSize(value, 1e9)).toBe(bytes)
  })

  it('include the fields and the files of a form', () => {
    const form = new FormData()
    form.append('a', new Blob([new ArrayBuffer(mebibyte)]), 'a.bin')

    expect(checkedByteSize('it', form, limits)).toBeGreaterThan(mebibyte)
    expect(checkedByteSize('it', new URLSearchParams({ a: 'x'.repeat(mebibyte) }), limits)).toBeGreaterThan(
      mebibyte,
    )
  })
})

describe('the bytes that are stored', () => {
  const long = 'x'.repeat(mebibyte)

  it.each([
    ['an object', { a: new ArrayBuffer(mebibyte) }],
    ['a list in a list', [[[new ArrayBuffer(mebibyte)]]]],
    ['a Map', new Map([['a', new Blob([new ArrayBuffer(mebibyte)])]])],
    ['a Set', new Set([new Uint8Array(mebibyte)])],
    ['a key', { [long]: 1 }],
    ['a key of a Map', new Map([[long, 1]])],
    ['what a toJSON gives', { toJSON: () => ({ long }) }],
    ['the source of a RegExp', new RegExp(long)],
    ['an object that is a text', new String(long)],
    ['an error without a stack', Object.assign(new Error(long), { stack: '' })],
    ['the stack of an error', Object.assign(new Error('m'), { stack: long })],
    ['the cause of an error', Object.assign(new Error('m', { cause: { long } }), { stack: '' })],
    ['an error of a kind', Object.assign(new RangeError(long), { stack: '' })],
  ])('are counted inside %s', (_name, value) => {
    expect(storedBytes(value)).toBeGreaterThanOrEqual(mebibyte)
    expect(storedBytes(value)).toBeLessThan(mebibyte + 2_000)
  })

  it('count a value in several places as often as it is stored', () => {
    const one = { long }
    const buffer = new ArrayBuffer(mebibyte)

    for (const value of [
      [one, { one }, new Map([[one, 1]])],
      [buffer, new Uint8Array(buffer), { buffer }],
      new Map([
        ['a', one],
        ['b', one],
        ['c', one],
      ]),
    ]) {
      expect(storedBytes(value)).toBeGreaterThanOrEqual(3 * mebibyte)
      expect(storedBytes(value)).toBeLessThan(3 * mebibyte + 500)
    }
  })

  it('are between half and twice the size of the copy, for random graphs with shared values', () => {
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string(),
          fc.integer(),
          fc.double(),
          fc.boolean(),
          fc.constantFrom(null, undefined, 'x'.repeat(200), '李'.repeat(99)),
          fc.date({ noInvalidDate: true }),
        ),
        fc.array(tie('node'), { maxLength: 6 }),
        fc.dictionary(fc.string(), tie('node'), { maxKeys: 6, noNullPrototype: false }),
        fc.array(fc.tuple(fc.string(), tie('node')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
        fc.array(tie('node'), { maxLength: 4 }).map((all) => new Set(all)),
        tie('node').map((one) => [one, { one, again: [one] }]),
      ),
    }))
    fc.assert(
      fc.property(fc.array(node, { minLength: 1 }), (value) => {
        const tally = tallyTo(1e9)
        const taken = serialize(storedCopy(value, 'payload', tally)).length
        expect(tally.bytes).toBeGreaterThanOrEqual(taken / 2)
        expect(tally.bytes).toBeLessThanOrEqual(taken * 2)
      }),
      { seed: 5, numRuns: 1_000 },
    )
  })

  it('never count a cyclic value, which is refused as too deep at once', () => {
    const list: unknown[] = ['x'.repeat(90)]
    list.push(new Map([['a', { list }]]))
    const set = new Set<unknown>()
    set.add([set])
    const a = { b: { toJSON: () => a } }

    for (const value of [list, set, a])
      expect(() => storedCopy(value, 'payload', tallyTo(150))).toThrow(RangeError)
  })

  it('match the copy, which shares nothing', () => {
    const one = { a: 1 }
    const [a, b] = deserialize(serialize(storedCopy([one, one], 'payload', tallyTo(99)))) as object[]

    expect(a).toEqual(b)
    expect(a).not.toBe(b)
  })
})

describe('a JSON that fits exactly', () => {
  it('is never counted larger than its text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const tally = tallyTo(1e9)
        const text = toJson(value, 'body', tally) as string
        expect(tally.bytes).toBeLessThanOrEqual(new TextEncoder().encode(text).length + 1)
      }),
      { seed: 6 },
    )
  })
})
