import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Draft, Money, pathOf, unbounded } from '../fixtures/plain-data.fixture.js'
import { storedCopy, toJson } from './plain-data.js'

class Keyed {
  toJSON(key: string) {
    return { key: `<${key}>`, type: typeof key }
  }
}

class Itself {
  readonly text = 'x'
  readonly inner = new Money(1)
  toJSON() {
    return this
  }
}

const ownToJson = () => ({
  a: 1,
  toJSON() {
    return this
  },
})

const copyToJson = () => ({
  a: new Date(0),
  toJSON() {
    return { ...this }
  },
})

describe('a body as JSON', () => {
  it('equals the result of JSON.stringify, for any JSON and any depth', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        expect(toJson(value, 'body', unbounded())).toBe(JSON.stringify(value))
      }),
      { seed: 1 },
    )
  })

  it.each([
    ['a Date', { at: new Date(5) }],
    ['a class with toJSON, in a list of a list', { all: [[new Money(1)], [new Money(2)]] }],
    ['a class with toJSON by itself', new Money(3)],
    ['a URL', new URL('https://a.example/b')],
    ['what toJSON gives in its turn', { toJSON: () => ({ inner: [new Money(4)] }) }],
    ['undefined, which is left out', { a: undefined, b: [undefined] }],
    ['no number', { a: Number.NaN, b: [Number.POSITIVE_INFINITY] }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['the same object twice', ((one) => ({ a: one, b: [one] }))({ c: 1 })],
    ['an invalid Date', { at: new Date(Number.NaN) }],
    ['a number by itself', 7],
    ['no number by itself', Number.NaN],
    ['false by itself', false],
    ['a toJSON that is told its key, at any depth', { a: [new Keyed(), { b: new Keyed() }], c: new Keyed() }],
    ['a toJSON that is told its key, at the root', new Keyed()],
    ['a class whose toJSON gives itself', { all: [new Itself()] }],
    ['an object whose toJSON gives itself', ownToJson()],
    ['an object whose toJSON gives its copy', copyToJson()],
    ['a list with a toJSON', Object.assign([1], { toJSON: (key: string) => [key] })],
    ['a toJSON that gives nothing', { a: { toJSON: () => undefined }, b: [{ toJSON: () => undefined }] }],
    ['a key named toJSON that is no function', { toJSON: 1 }],
  ])('equals it with %s', (_name, value) => {
    expect(toJson(value, 'body', unbounded())).toBe(JSON.stringify(value))
  })

  it.each([
    ['body.items[2].photo', { items: [{}, {}, { photo: new File(['x'], 'a.png') }] }],
    ['body.file', { file: new Blob(['x']) }],
    ['body.tags', { tags: new Map([['a', 1]]) }],
    ['body[0]', [new Set([1])]],
    ['body.bytes', { bytes: new Uint8Array([1]) }],
    ['body.a.b.buffer', { a: { b: { buffer: new ArrayBuffer(1) } } }],
    ['body.draft', { draft: new Draft() }],
    ['body.price.inner', { price: { toJSON: () => ({ inner: new Draft() }) } }],
    ['body.f', { f() {} }],
    ['body.list[1]', { list: [1, () => {}] }],
    ['body.s', { s: Symbol('s') }],
    ['body.n', { n: 1n }],
    ['body.when', { when: Promise.resolve(1) }],
    ['body.form', { form: new FormData() }],
    ['body.re', { re: /x/ }],
    ['body', new Draft()],
    ['body', 1n],
    ['body.at', { at: { toJSON: () => new Date(0) } }],
  ])('is refused at %s', (path, value) => {
    expect(pathOf(() => toJson(value, 'body', unbounded()))).toBe(path)
  })
})

describe('random trees with a toJSON at random places', () => {
  /** A toJSON of some kind over a value: `this` has the value as its fields, where it has any. */
  const withToJson = (value: unknown, kind: number): unknown => {
    const gives = [
      (key: string) => ({ key, value }),
      (key: string) => key,
      () => value,
      () => undefined,
      function (this: object) {
        return this
      },
      function (this: object) {
        return { ...this }
      },
    ][kind]
    class Own {
      readonly value = value
    }
    Object.defineProperty(Own.prototype, 'toJSON', { value: gives })
    const plain = { value, toJSON: gives }
    return kind % 2 === 0 ? new Own() : plain
  }
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.jsonValue(),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: false }),
      fc.tuple(tie('tree'), fc.nat({ max: 5 })).map(([value, kind]) => withToJson(value, kind)),
    ),
  }))

  it('become, as a body, the result of JSON.stringify', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(toJson(value, 'body', unbounded())).toBe(JSON.stringify(value))
      }),
      { seed: 3, numRuns: 1_000 },
    )
  })

  it('become, when stored, the parsed result of JSON.stringify', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(storedCopy(value, 'payload', unbounded()))).toBe(JSON.stringify(value))
      }),
      { seed: 4, numRuns: 1_000 },
    )
  })
})
