import { createAction } from '@reduxjs/toolkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { limitReads, read, reads, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

describe('a mistake in the options of a read throws at once', () => {
  const creator = createAction('me/load')
  const request = () => '/api/me'
  it.each([
    ['no creator', undefined, { request }, /read\(\) expects an action creator/],
    ['no options', creator, undefined, /read\(me\/load\) expects options/],
    ['no request', creator, {}, /expects `request`, a function from the payload to a URL/],
    ['a priority of 0', creator, { request, priority: 0 }, /`priority` to be a whole number from 1 to 9/],
    ['a priority of 1.5', creator, { request, priority: 1.5 }, /`priority`/],
    ['tags that are none', creator, { request, tags: [1] }, /`tags` to be a list of tags/],
    [
      'a cache that is none',
      creator,
      { request, cache: 'always' },
      /`cache` to be 'networkFirst' or 'staleWhileRevalidate' or 'networkOnly'/,
    ],
    ['the old name of `cache`', creator, { request, copy: 'first' }, /got `copy`, expected `cache`/],
    ['an old name of a limit', creator, { request, wireMs: 1 }, /got `wireMs`, expected `requestTimeoutMs`/],
    ['a negative age', creator, { request, freshForMs: -1 }, /`freshForMs` to be a number of milliseconds/],
    ['conditions that are none', creator, { request, when: { network: 'fast' } }, /`when.network`/],
    [
      'a whileWaiting that is none',
      creator,
      { request, whileWaiting: 'sleep' },
      /`whileWaiting` to be 'wait' or 'cached'/,
    ],
    ['an option of a write', creator, { request, lane: () => 'a' }, /knows no option `lane`/],
  ])('%s', (_name, given, options, message) => {
    expect(() => read(given as never, options as never)).toThrow(message)
    expect(() => read(given as never, options as never)).toThrow(TypeError)
  })

  it.each([['tags'], ['invalidates']])('of a write: invalid %s', (name) => {
    expect(() => write(creator, { request: () => ({ url: '/a' }), [name]: 'posts' })).toThrow(
      `write(me/load) expects \`${name}\` to be a list of tags`,
    )
  })

  it.each([
    ['nothing where options are', null, /expects options, such as { priority: 1 }; got null/],
    [
      'a policy that is none',
      { cache: 'always' },
      /`cache` to be 'networkFirst' or 'staleWhileRevalidate' or 'networkOnly'/,
    ],
    [
      'a word of fetch that no read can mean',
      { cache: 'reload' },
      /`cache` to be .* or 'no-store'; got 'reload'/,
    ],
    ['an old name', { meanwhile: 'copy' }, /got `meanwhile`, expected `whileWaiting`/],
    ['a time that is none', { freshForMs: '10' }, /`freshForMs` to be a number of milliseconds; got '10'/],
    ['conditions that are none', { when: 'night' }, /`when` to be an object/],
    ['tags that are none', { tags: 'posts' }, /`tags` to be a list of tags/],
    ['a signal that is none', { signal: {} }, /`signal` to be an AbortSignal; got an object/],
    [
      'what a fetch takes',
      { headers: {} },
      /no option `headers`; call it with new Request\(url, { headers }/,
    ],
    [
      'an option that is misspelt',
      { proirity: 1 },
      /knows no option `proirity`; it takes signal, tags, priority/,
    ],
  ])('of broker.fetch: %s', async (_name, options, message) => {
    const world = createTestWorld()
    const { broker } = openReads(world)

    await expect(broker.fetch('/api/me', options as never)).rejects.toThrow(message)
    await expect(broker.fetch('/api/me', options as never)).rejects.toThrow(TypeError)
    expect(world.network.requests).toEqual([])
  })

  it.each([0, 1.5, Number.NaN, '3', undefined])('of a limit: %s', (readsMax) => {
    const { broker } = openReads(createTestWorld())

    expect(() => limitReads(broker, readsMax as never)).toThrow(
      /limitReads\(\) expects a whole number of at least 1/,
    )
  })

  it('of all reads', () => {
    expect(() => reads({ userHeaders: 'x-user' } as never)).toThrow(/reads\(\) knows no option `userHeaders`/)
    expect(() => reads({ userHeader: 1 } as never)).toThrow(/`userHeader` to be/)
    expect(() => reads({ bytesMax: -1 })).toThrow(/`bytesMax` to be/)
  })
})
