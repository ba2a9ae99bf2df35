import { describe, expect, it } from 'vitest'
import type { Tally } from './byte-size.js'
import { storedCopy, toJson } from './plain-data.js'

const mebibyte = 1_048_576
const tallyTo = (max: number): Tally => ({ bytes: 0, max, tooMany: () => new Error('too many') })

/** A value that gives itself to nobody twice. `visit` is called for each object that is looked at. */
const doubling = (levels: number, visit: () => void): unknown => {
  const watched = (inner: unknown) =>
    new Proxy([inner, inner], {
      get(target, key, receiver) {
        if (key === '0' || key === '1') visit()
        return Reflect.get(target, key, receiver)
      },
    })
  let graph: unknown = 'x'
  for (let i = 0; i < levels; i++) graph = watched(graph)
  return graph
}

const endless = (visit: () => void): object => ({
  get a() {
    visit()
    return endless(visit)
  },
})

const copies = [
  ['stored', (value: unknown, tally: Tally) => storedCopy(value, 'payload', tally)],
  ['turned into JSON', (value: unknown, tally: Tally) => toJson(value, 'body', tally)],
] as const

describe.each(copies)('the size of a %s value is counted only up to the bound', (_what, copy) => {
  const visits = (make: (visit: () => void) => unknown, max: number): number => {
    let seen = 0
    expect(() =>
      copy(
        make(() => seen++),
        tallyTo(max),
      ),
    ).toThrow('too many')
    return seen
  }

  it.each([22, 60, 900])('in a graph that doubles %i levels deep', (levels) => {
    expect(visits((visit) => doubling(levels, visit), 10_000)).toBeLessThan(10_000)
  })

  it('in getters that return ever new objects', () => {
    expect(visits(endless, 2_000)).toBeLessThan(1_000)
  })

  it('in an endless list, or one with many empty places', () => {
    const sparse: unknown[] = []
    sparse[3_000_000] = 1
    expect(visits(() => sparse, 10_000)).toBe(0)
    expect(
      visits(
        (visit) =>
          new Proxy([], {
            get(target, key) {
              if (key === 'length') return 1e8
              visit()
              return Reflect.get(target, key)
            },
          }),
        10_000,
      ),
    ).toBeLessThan(10_000)
  })

  it('in a long text', () => {
    expect(() => copy({ a: ['x'.repeat(mebibyte)] }, tallyTo(1_000))).toThrow('too many')
  })
})

describe('the size of a stored value is counted only up to the bound', () => {
  it.each([
    ['a Map', Map],
    ['a Set', Set],
    ['a list', Array],
  ])('in %s with an endless iterator', (_what, Kind) => {
    class Endless extends (Kind as MapConstructor) {
      override *[Symbol.iterator](): MapIterator<[unknown, unknown]> {
        for (;;) yield [1, 2]
      }
    }
    expect(() => storedCopy([new Endless()], 'payload', tallyTo(10_000))).toThrow('too many')
  })

  it('in a class, which is not cloned to check it', () => {
    let seen = 0
    class Growing {
      get [Symbol.iterator]() {
        seen++
        return undefined
      }
      constructor() {
        const get = () => {
          seen++
          return new Growing()
        }
        Object.defineProperty(this, 'a', { enumerable: true, get })
      }
      toJSON() {
        return 'small'
      }
    }
    expect(storedCopy([new Growing()], 'payload', tallyTo(100))).toEqual(['small'])
    expect(seen).toBe(0)
  })

  it('but endless getters within the bound are refused as too deep', () => {
    expect(() =>
      storedCopy(
        endless(() => {}),
        'payload',
        tallyTo(1e9),
      ),
    ).toThrow(RangeError)
  })
})
