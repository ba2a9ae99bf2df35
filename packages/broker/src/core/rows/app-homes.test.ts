import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../adapters/memory/memory-store.js'
import { createSeededRandom } from '../../testing/seeded-random.js'
import { createFakeDevice } from '../fixtures/device.fixture.js'
import { activate, deactivate, type Owner, readActive, readPause, sessionOf } from '../outbox/partition.js'
import { readSalt } from './app-salt.js'
import type { Base } from './base-path.js'
import type { Store, StoreTransaction } from './store-port.js'

const areNested = (one: Base, other: Base) => one.startsWith(other) || other.startsWith(one)

const randomSource = createSeededRandom(1)
const saltOf = (store: Store, base: Base) =>
  store.transact('readwrite', 'strict', (tx) => readSalt(tx, randomSource, base))

async function saltsOf(store: Store, bases: readonly Base[]): Promise<readonly string[]> {
  const salts: string[] = []
  for (const base of bases) salts.push(await saltOf(store, base))
  return salts
}

const ada: Owner = { principal: 'ada', partition: 'p' }
const bob: Owner = { principal: 'bob', partition: 'q' }

async function shared() {
  const store = memoryStore()
  const write = <T>(work: (tx: StoreTransaction) => Promise<T>) => store.transact('readwrite', 'strict', work)
  const signIn = async (owner: Owner, base: Base) => {
    await saltOf(store, base)
    return write((tx) => activate(tx, owner, {}, base))
  }
  return { store, write, signIn }
}

describe('the home of an app', () => {
  it.each([
    ['two apart', ['/a/', '/b/', '/a/', '/b/'], [0, 1, 0, 1]],
    ['the root first', ['/', '/a/', '/b/'], [0, 0, 0]],
    ['a page above the first', ['/a/x/', '/a/', '/a/y/', '/'], [0, 0, 0, 0]],
    ['a root after one app', ['/a/', '/', '/b/'], [0, 0, 0]],
    ['a root after two apps', ['/a/', '/b/', '/', '/a/', '/c/'], [0, 1, 2, 0, 2]],
    ['names that begin alike', ['/a/', '/ab/'], [0, 1]],
  ])('%s: %j', async (_, bases, homes) => {
    const salts = await saltsOf(memoryStore(), bases)

    const known = [...new Set(salts)]
    expect(salts.map((salt) => known.indexOf(salt))).toEqual(homes)
  })

  it('of a device that an earlier release has used is the home of that release (P11)', async () => {
    const store = memoryStore()
    await store.transact('readwrite', 'strict', async (tx) =>
      tx.put('settings', { name: 'salt', value: 'old' }),
    )

    expect(new Set(await saltsOf(store, ['/a/', '/b/', '/', '/a/b/']))).toEqual(new Set(['old']))
  })

  it('of the first app is where an earlier release looks, at any base (P11)', async () => {
    const store = memoryStore()
    const salt = await saltOf(store, '/a/')

    expect(await store.transact('readonly', 'relaxed', (tx) => tx.get('settings', ['salt']))).toMatchObject({
      value: salt,
    })
  })

  const bases = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }).map((names) => {
    return `/${names.map((name) => `${name}/`).join('')}`
  })

  it('stays the same for any order of loads', () =>
    fc.assert(
      fc.asyncProperty(fc.array(bases, { maxLength: 12 }), async (loads) => {
        const store = memoryStore()
        const first = await saltsOf(store, loads)
        expect(await saltsOf(store, loads)).toEqual(first)
        expect(await saltsOf(store, loads.toReversed())).toEqual(first.toReversed())
      }),
    ))

  it('is shared by nested bases, unless two were separate before, and by no other bases', () =>
    fc.assert(
      fc.asyncProperty(bases, bases, bases, async (one, other, third) => {
        const [mine, theirs] = await saltsOf(memoryStore(), [one, other])
        expect(mine === theirs).toBe(areNested(one, other))

        const [before, , after] = await saltsOf(memoryStore(), [one, third, other])
        if (areNested(one, other) && !(third !== one && !areNested(one, third))) expect(after).toBe(before)
      }),
    ))

  it('is restored after a wipe with all others, from the copy or the checkpoint (P1)', async () => {
    for (const has of [{}, { hasCopy: false }]) {
      const device = createFakeDevice(has)
      const salts: string[] = []
      for (const base of ['/a/x/', '/b/', '/a/', '/', '/a/y/']) {
        const page = device.realm()
        salts.push(await saltOf(page, base))
        await device.quiet()
        page.kill()
      }

      device.wipe()

      const after = device.realm()
      expect(await saltsOf(after, ['/a/y/', '/b/', '/a/x/', '/', '/a/'])).toEqual(
        [4, 1, 0, 3, 2].map((i) => salts[i]),
      )
    }
  })
})

describe('sessions of several apps', () => {
  it('exist beside each other if no base contains the other', async () => {
    const { write, signIn } = await shared()
    await signIn(ada, '/a/')
    await signIn(bob, '/b/')

    expect(await write((tx) => readActive(tx, '/a/'))).toMatchObject(ada)
    expect(await write((tx) => readActive(tx, '/b/x/'))).toMatchObject(bob)
    // Of which app the worker of the root is, nobody knows.
    expect(await write((tx) => readActive(tx, '/'))).toBeUndefined()
    await write((tx) => deactivate(tx, 'p', 0))
    expect(await write((tx) => readActive(tx, '/a/'))).toBeUndefined()
    expect(await write((tx) => readActive(tx, '/b/'))).toMatchObject(bob)
  })

  it('are seen by a worker whose base is above or below the only app', async () => {
    const { write, signIn } = await shared()
    await signIn(ada, '/a/')

    for (const base of ['/', '/a/', '/a/x/'])
      expect(await write((tx) => readActive(tx, base))).toMatchObject(ada)
    expect(await write((tx) => readActive(tx, '/b/'))).toBeUndefined()
  })

  it.each([[['/', '/a/']], [['/a/', '/']], [['/a/', '/a/x/']], [['/a/x/', '/a/']]])(
    'P6 end each other if their bases are nested: %j',
    async ([first = '', second = '']) => {
      const { write, signIn } = await shared()
      await signIn(ada, first)
      const ended = await signIn(bob, second)

      expect(ended).toMatchObject({ principal: 'ada' })
      expect(await write((tx) => sessionOf(tx, 'p'))).toBeUndefined()
      expect(await write((tx) => sessionOf(tx, 'q'))).toMatchObject(bob)
    },
  )

  it('P6 are ended by a session at the root, and end that, if two apps were separate before', async () => {
    const { write, signIn } = await shared()
    const root: Owner = { principal: 'root', partition: 'r' }
    await signIn(ada, '/a/')
    await signIn(bob, '/b/')
    await signIn(root, '/')
    const open = () =>
      write(async (tx) => [await sessionOf(tx, 'p'), await sessionOf(tx, 'q'), await sessionOf(tx, 'r')])
    expect(await open()).toEqual([undefined, undefined, expect.objectContaining(root)])

    await signIn(ada, '/a/')
    expect(await open()).toEqual([expect.objectContaining(ada), undefined, undefined])
  })

  it('P6 do not count after an earlier release has written its single session', async () => {
    const { write, signIn } = await shared()
    await signIn(ada, '/a/')
    await signIn(bob, '/b/')
    await write(async (tx) => tx.put('settings', { name: 'active', principal: 'eve', partition: 'e' }))

    expect(await write(async (tx) => [await sessionOf(tx, 'p'), await sessionOf(tx, 'q')])).toEqual([
      undefined,
      undefined,
    ])
    await signIn(bob, '/b/')
    expect(await write(async (tx) => [await sessionOf(tx, 'q'), await sessionOf(tx, 'e')])).toEqual([
      expect.objectContaining(bob),
      undefined,
    ])
  })

  it.each([
    ['/shop/', '/admin/', true],
    ['/shop/', '/', true],
    ['/', '/admin/', true],
    ['/shop/', '/shop/', false],
  ])('of one base, begun at %s and at %s, are a clash: %j', async (one, other, isClash) => {
    const { write } = await shared()
    await write((tx) => activate(tx, ada, {}, '/', { from: one, at: 5 }))
    const ended = await write((tx) => activate(tx, bob, {}, '/', { from: other, at: 6 }))
    const pause = await write(async (tx) => {
      const row = await tx.get('partitions', ['p'])
      return row && readPause(tx, row)
    })

    expect(ended !== undefined).toBe(isClash)
    expect(pause).toMatchObject(['principal', { partition: 'q', at: 6 }])
  })

  it('of one app, at any of its pages, are no clash', async () => {
    const { signIn } = await shared()

    expect(await signIn(ada, '/')).toBeUndefined()
    expect(await signIn(bob, '/')).toBeUndefined()
    expect(await signIn(bob, '/a/')).toBeUndefined()
  })

  it('do not mark the users of another app as gone', async () => {
    const { write, signIn } = await shared()
    await signIn(ada, '/a/')
    await signIn(bob, '/b/')
    const leftOf = (partition: string) =>
      write(async (tx) => (await tx.get('partitions', [partition]))?.left !== undefined)
    expect(await leftOf('p')).toBe(false)

    await signIn({ principal: 'carl', partition: 'c' }, '/a/')
    expect([await leftOf('p'), await leftOf('q')]).toEqual([true, false])
  })

  it('pause the users of their own app as signed out, whoever is signed in to another app', async () => {
    const { write, signIn } = await shared()
    await signIn(ada, '/a/')
    await signIn(bob, '/b/')
    const paused = (partition: string) =>
      write(async (tx) => {
        const row = await tx.get('partitions', [partition])
        return row && (await readPause(tx, row))[0]
      })
    expect([await paused('p'), await paused('q')]).toEqual([undefined, undefined])

    await write((tx) => deactivate(tx, 'q', 0))
    expect([await paused('p'), await paused('q')]).toEqual([undefined, 'auth'])
    await signIn({ principal: 'carl', partition: 'c' }, '/b/')
    expect(await paused('q')).toBe('principal')
  })
})
