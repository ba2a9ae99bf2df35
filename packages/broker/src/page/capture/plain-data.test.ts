import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCycle, LostValue, storedCopy, toJson } from './plain-data.js'

const unbounded = () => ({ bytes: 0, max: Number.POSITIVE_INFINITY, tooMany: () => new Error('too many') })

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
  toJSON() {
    return { amount: this.cents / 100, at: new Date(0) }
  }
}
class Draft {
  readonly text = 'x'
}

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

const pathOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof LostValue) return error.path
    throw error
  }
  throw new Error('nothing was lost')
}

describe('a body as JSON', () => {
  it('is what JSON.stringify gives, for any JSON and any depth', () => {
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
  ])('is so with %s', (_name, value) => {
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

  it('are, as a body, what JSON.stringify gives', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(toJson(value, 'body', unbounded())).toBe(JSON.stringify(value))
      }),
      { seed: 3, numRuns: 1_000 },
    )
  })

  it('are, as they are stored, what JSON.stringify gives of them', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(storedCopy(value, 'payload', unbounded()))).toBe(JSON.stringify(value))
      }),
      { seed: 4, numRuns: 1_000 },
    )
  })
})

describe('an action as it is stored', () => {
  it('is a copy of the same, which nobody else holds', () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          const copy = storedCopy(value, 'payload', unbounded())
          expect(copy).toEqual(value)
          if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value)
        },
      ),
      { seed: 2 },
    )
  })

  it('keeps what IndexedDB keeps: dates, maps, sets, files and bytes', async () => {
    const value = {
      at: new Date(5),
      tags: new Map([['a', new Set([1])]]),
      file: new Blob(['x']),
      bytes: new Uint8Array([1, 2]),
      nothing: undefined,
    }

    const copy = storedCopy(value, 'payload', unbounded()) as typeof value

    expect(copy).toEqual(value)
    expect(await copy.file.text()).toBe('x')
  })

  it('keeps of a class what its toJSON says, with the dates in it', () => {
    expect(
      storedCopy({ prices: [new Money(150)], in: new Map([['a', new Money(1)]]) }, 'payload', unbounded()),
    ).toEqual({
      prices: [{ amount: 1.5, at: new Date(0) }],
      in: new Map([['a', { amount: 0.01, at: new Date(0) }]]),
    })
  })

  it.each([
    ['payload.draft', { draft: new Draft() }],
    ['payload.list[1].f', { list: [0, { f() {} }] }],
    ['payload.s', { s: Symbol('s') }],
    ['payload.big', { big: 1n }],
    ['payload.map[0][1]', { map: new Map([['a', new Draft()]]) }],
    ['payload.when', { when: Promise.resolve(1) }],
    ['payload.weak', { weak: new WeakMap() }],
  ])('is refused at %s', (path, value) => {
    expect(pathOf(() => storedCopy(value, 'payload', unbounded()))).toBe(path)
  })
})

describe('a value that is nested', () => {
  const wraps: readonly (readonly [string, (inner: unknown) => unknown])[] = [
    ['lists', (inner) => [inner]],
    ['objects', (inner) => ({ inner })],
    ['what `toJSON` gives', (inner) => ({ inner: { toJSON: () => [inner] } })],
    ['Maps', (inner) => new Map([['a', inner]])],
    ['Sets', (inner) => new Set([inner])],
  ]
  const nested = (depth: number, wrap: (inner: unknown) => unknown) => {
    let value: unknown = 0
    for (let i = 0; i < depth; i++) value = wrap(value)
    return value
  }

  it.each(wraps)('300 levels of %s deep is stored', (_what, wrap) => {
    expect(() => storedCopy(nested(300, wrap), 'payload', unbounded())).not.toThrow()
  })

  it.each([1_001, 2_600, 2_799])(
    '%i lists or objects deep is refused, though some stacks store it',
    (depth) => {
      for (const wrap of [wraps[0], wraps[1]])
        expect(() => storedCopy(nested(depth, wrap?.[1] ?? String), 'payload', unbounded())).toThrow(
          RangeError,
        )
    },
  )

  it.each(wraps)('1,001 levels of %s deep is refused', (_what, wrap) => {
    expect(() => storedCopy(nested(1_001, wrap), 'payload', unbounded())).toThrow(RangeError)
  })
})

describe('a value that stands in itself', () => {
  const me: Record<string, unknown> = { a: 1 }
  me['me'] = me
  const deep = { list: [0, { up: undefined as unknown }] }
  ;(deep.list[1] as { up: unknown }).up = deep.list
  const map = new Map<string, unknown>()
  map.set('m', { map })
  const set = new Set<unknown>()
  set.add([set])

  it.each([
    ['in a field', me, 'p.me is p again'],
    ['in a list further in', deep, 'p.list[1].up is p.list again'],
    ['in a Map', { map }, 'p.map[0][1].map is p.map again'],
    ['in a Set', set, 'p[0][0] is p again'],
  ])('%s is found', (_where, value, found) => {
    expect(findCycle(value, 'p')).toBe(found)
  })

  it('is nowhere in one that is shared, that a toJSON hides, that throws, or that is nested too deep', () => {
    const shared = { a: 1 }
    const hidden = { me, toJSON: () => 1 }
    const throws = {
      get a() {
        throw new Error('no')
      },
    }
    let nested: object = {}
    for (let i = 0; i < 100_000; i++) nested = { nested }

    expect([[shared, { shared }], { hidden }, throws, nested].map((one) => findCycle(one, 'p'))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
