import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Draft, Money, pathOf, unbounded } from '../fixtures/plain-data.fixture.js'
import { findCycle, storedCopy } from './plain-data.js'

describe('a stored action', () => {
  it('is an equal copy that shares no object', () => {
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

  it('keeps the types of IndexedDB: dates, maps, sets, files and bytes', async () => {
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

  it('keeps the result of a class’s toJSON, with its dates', () => {
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
    '%i lists or objects deep is refused, although some call stacks could store it',
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

describe('a cycle in a value', () => {
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

  it('is not found in a shared, hidden, throwing or too deep value', () => {
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
