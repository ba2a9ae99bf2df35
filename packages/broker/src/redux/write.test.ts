import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { describe as name } from './describe.js'
import { routeOf } from './route.js'
import { write } from './write.js'

const creator = createAction<{ postId: string }>('posts/liked')
const request = () => ({ url: '/like' })

/** `write` as code without types may call it. */
const untyped = write as unknown as (...given: readonly unknown[]) => unknown

describe('write', () => {
  it('returns an equal creator: its actions, its type, its match, its name as a string', () => {
    const liked = write(creator, { request })

    expect(liked({ postId: '1' })).toEqual(creator({ postId: '1' }))
    expect([liked.type, String(liked)]).toEqual(['posts/liked', 'posts/liked'])
    expect([liked.match(creator({ postId: '1' })), liked.match({ type: 'other' })]).toEqual([true, false])
  })

  it('puts the route on the new creator and keeps the given one unchanged', () => {
    const options = { request, lane: () => 'l', server: 'plain', onReturned: 'block' } as const
    const liked = write(creator, options)

    expect(routeOf(liked)).toEqual({ type: 'posts/liked', options })
    expect(routeOf(creator as never)).toBeUndefined()
  })

  it('can be called twice on one creator for two independent routes', () => {
    const [one, other] = [write(creator, { request }), write(creator, { request, server: 'plain' })]

    expect(routeOf(one)?.options).toEqual({ request })
    expect(routeOf(other)?.options).toEqual({ request, server: 'plain' })
  })

  describe("throws at once for a programmer's mistake, and says what was given, what was expected and how to fix it", () => {
    const bare = Object.assign(() => ({ type: 'bare' }), { type: 'bare' })
    const creators: readonly (readonly [string, unknown])[] = [
      ['undefined', undefined],
      ['null', null],
      ["'posts/liked'", 'posts/liked'],
      ['an object with type', { type: 'posts/liked' }],
      ['the function request', request],
      ['the function bare', Object.defineProperty(bare, 'name', { value: 'bare' })],
    ]

    it.each(creators)('a creator that is %s', (got, given) => {
      const call = () => untyped(given, { request })

      expect(call).toThrow(TypeError)
      expect(call).toThrow(
        `expects an action creator with a \`type\` and a \`match\`, made by createAction or createSlice; got ${got}.`,
      )
      expect(call).toThrow('make the action by createAction in the file of the routes')
    })

    it.each([
      ['undefined', undefined],
      ['null', null],
      ['the function request', request],
    ])('options that are %s', (got, options) => {
      expect(() => untyped(creator, options)).toThrow(
        `write(posts/liked) expects options with a \`request\` function; got ${got}.`,
      )
    })

    it.each([
      [
        'request',
        undefined,
        'expects `request`, a function from the payload to { url, method, body }; got undefined.',
      ],
      [
        'request',
        '/like',
        "expects `request`, a function from the payload to { url, method, body }; got '/like'.",
      ],
      ['lane', 'post', "expects `lane` to be a function; got 'post'."],
      ['lane', null, 'expects `lane` to be a function; got null.'],
      ['answer', { parse: 1 }, 'expects `answer` to be a function; got an object with parse.'],
      ['server', 'Idempotent', "expects `server` to be 'idempotent' or 'plain'; got 'Idempotent'."],
      ['server', true, "expects `server` to be 'idempotent' or 'plain'; got true."],
      [
        'refusedWhen',
        { header: 'x-error', value: 1 },
        "expects `refusedWhen` to have a string as the `value` of the header x-error, such as '1'; got 1.",
      ],
      [
        'refusedWhen',
        [{ path: '/a' }, { header: 'x-ok', value: false }],
        "expects `refusedWhen` to have a string as the `value` of the header x-ok, such as 'false'; got false.",
      ],
      [
        'refusedWhen',
        { header: 'x-ok', value: null },
        "expects `refusedWhen` to have a string as the `value` of the header x-ok, such as 'null'; got null.",
      ],
      [
        'refusedWhen',
        { header: 'x error' },
        "expects `refusedWhen` to name a valid `header`; got 'x error'.",
      ],
      ['refusedWhen', { status: 403 }, 'expects `refusedWhen` to name a `status` from 200 to 299; got 403.'],
      [
        'refusedWhen',
        { status: '200', path: '/a' },
        "expects `refusedWhen` to name a `status` from 200 to 299; got '200'.",
      ],
      ['onReturned', 'cascade', "expects `onReturned` to be 'skip' or 'block'; got 'cascade'."],
      ['when', 'night', 'expects `when` to be an object such as { network: \'unmetered\' }; got "night".'],
      [
        'when',
        { between: { from: '06:00', to: '06:00' } },
        "expects `when.between` to be two different times from '00:00' to '23:59', such as { from: '22:00', to: '06:00' }; " +
          'got {"from":"06:00","to":"06:00"}.',
      ],
      [
        'url',
        '/like',
        'knows no option `url`; it takes request, lane, headers, answer, server, repeatable, success, refusedWhen, onReturned, when, tags and invalidates.',
      ],
    ])('an option `%s` of %j', (option, value, message) => {
      expect(() => untyped(creator, { request, [option]: value })).toThrow(
        new TypeError(`write(posts/liked) ${message}`),
      )
    })
  })
})

describe('an error names', () => {
  it.each([
    ["'text'", 'text'],
    ['7', 7],
    ['7n', 7n],
    ['Symbol(s)', Symbol('s')],
    ['an array', [1]],
    ['an object with no keys', {}],
    ['an object with a, b', { a: 1, b: 2 }],
    ['a function', (() => () => {})()],
    ['null', null],
    ['undefined', undefined],
  ])('%s', (expected, value) => {
    expect(name(value)).toBe(expected)
  })
})
