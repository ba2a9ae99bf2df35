// An app may ask for its confirmed state at each write of kept state, so that must cost less than the write.
import { describe, expect, it } from 'vitest'
import { pend } from '../fixtures/posts.fixture.js'
import { optimistic } from './optimistic.js'
import { confirmedState, holdsView, isView } from './persisted-state.js'

const slice = optimistic(
  (state: { list: readonly string[] } = { list: [] }, { type }: { type: string }) =>
    type === 'add' ? { list: [...state.list, type] } : state,
  {},
  { produce: undefined, report: () => {} },
)
const view = () =>
  slice(slice(undefined, { type: 'start' }), pend('1', { type: 'add', payload: '' }) as never)
const confirmed = { list: [] }

const mapOf = <T>(count: number, make: (i: number) => T) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`e${i}`, make(i)]))
const entity = (i: number) => ({ id: i, title: 'a', body: 'b', author: { id: i }, tags: [], e: 5, f: 6 })
const entities = (count: number) => mapOf(count, entity)

describe('the confirmed state of bare slices', () => {
  /** How often anything is read of the state's plain objects, while that runs. */
  const readsOf = (state: object, run: (state: object) => unknown): number => {
    let reads = 0
    const watched = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || isView(value)) return value
      const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, watched(inner)]))
      return new Proxy(copy, {
        get: (target, name) => {
          reads += 1
          return Reflect.get(target, name)
        },
        ownKeys: (target) => {
          reads += 1
          return Reflect.ownKeys(target)
        },
      })
    }
    run(watched(state) as object)
    return reads
  }

  it.each<[string, () => object]>([
    ['a slice beside a wrapped one', () => ({ posts: view(), all: { byId: entities(4_000), ids: [] } })],
    ['a slice alone, as redux-persist transforms it', () => ({ byId: entities(4_000), ids: [] })],
    ['a slice that is the map of its entities', () => entities(4_000)],
    ['a slice in a group with a wrapped one', () => ({ group: { posts: view(), all: entities(4_000) } })],
    ['many slices', () => ({ posts: view(), ...mapOf(40, () => ({ byId: entities(100) })) })],
    ['maps in a map', () => ({ posts: view(), all: mapOf(60, () => mapOf(60, entity)) })],
  ])('reads less of them than their JSON does, at first sight: %s', (_, make) => {
    const whole = readsOf(make(), (state) => JSON.stringify(state))

    expect(readsOf(make(), confirmedState)).toBeLessThan(whole)
  })

  it.each<[string, (bare: object) => object]>([
    ['the slice itself', (bare) => bare],
    ['the root', (bare) => ({ posts: view(), bare })],
    ['the root without a wrapped slice', (bare) => ({ bare, other: 1 })],
    ['a root that is new each time', (bare) => ({ bare, at: Math.random() })],
  ])('is not searched for again in an unchanged slice: in %s', (_, within) => {
    let reads = 0
    const ownKeys = (target: object) => {
      reads += 1
      return Reflect.ownKeys(target)
    }
    const bare = new Proxy({ byId: entities(3) }, { ownKeys })

    for (let i = 0; i < 5; i++) confirmedState(within(bare))
    expect(reads).toBe(1)
  })

  it('is found in a changed slice that had none before, at each level', () => {
    const inner = { a: 1 }
    for (const within of [
      (state: object) => ({ inner, state }),
      (state: object) => ({ inner, group: { inner, state } }),
      (state: object) => ({ inner, group: { group: { group: { inner, state } } } }),
    ]) {
      expect(confirmedState(within(confirmed))).toEqual(within(confirmed))
      expect(confirmedState(within(view()))).toEqual(within(confirmed))
    }
  })

  it('is found at a deeper level than searched before', () => {
    const group = { group: { group: { state: view() } } }

    expect(holdsView({ group })).toBe(false)
    expect(holdsView(group)).toBe(true)
    expect(confirmedState({ group })).toEqual({ group: { group: { group: { state: confirmed } } } })
  })
})
