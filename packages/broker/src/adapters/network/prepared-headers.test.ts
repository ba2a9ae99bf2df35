import { describe, expect, it } from 'vitest'
import { InvalidRequest } from '../../core/network/invalid-request.js'
import { preparedHeaders } from './prepared-headers.js'

const stored = [['x-feature', 'on']] as const
const prepare = (
  work: (headers: Headers) => unknown,
  headers: readonly (readonly [string, string])[] = stored,
) => preparedHeaders(headers, (given) => work(given) as Headers, undefined)

const thrown = (error: unknown): never => {
  throw error
}

describe('headers that an app prepares', () => {
  it('are those of the request if there is no function', async () => {
    expect(await preparedHeaders(stored, undefined, undefined)).toBe(stored)
  })

  it.each([
    ['sets them', (headers: Headers) => headers.set('x-token', 't')],
    ['appends them', async (headers: Headers) => headers.append('x-token', 't')],
    ['gives others', () => new Headers({ 'x-feature': 'on', 'x-token': 't' })],
    ['gives a plain object', () => ({ 'x-feature': 'on', 'X-Token': 't' })],
  ])('are those of the function, whether it %s', async (_name, work) => {
    expect(await prepare(work)).toEqual([
      ['x-feature', 'on'],
      ['x-token', 't'],
    ])
  })

  it.each([
    ['sets a value outside Latin-1', (headers: Headers) => headers.set('x-user', '李')],
    ['sets a line break', async (headers: Headers) => headers.set('x-user', 'a\nb')],
    ['appends to no name', (headers: Headers) => headers.append('', 'x')],
    ['gives a plain object with a bad name', () => ({ 'x user': 'ada' })],
    ['gives what is no list of headers', () => 7],
  ])('are an invalid request if the function %s', async (_name, work) => {
    await expect(prepare(work)).rejects.toThrow(InvalidRequest)
  })

  it('are an invalid request if the stored headers are invalid', async () => {
    await expect(prepare(() => {}, [['x user', 'ada']])).rejects.toThrow(InvalidRequest)
    await expect(prepare(() => {}, [['x-user', 'łukasz']])).rejects.toThrow(InvalidRequest)
  })

  const others: readonly (readonly [string, (headers: Headers) => unknown])[] = [
    ['a value outside Latin-1', () => new Headers({ 'x-user': '李' })],
    ['a line break', async (headers) => new Headers([...headers, ['x-user', 'a\nb']])],
    ['no name', (headers) => new Headers(headers).set('', 'x')],
    ['a name with a blank, to be deleted', (headers) => headers.delete('x user')],
    ['a name that is no text', (headers) => headers.get('李')],
    ['a symbol', () => new Headers().append('x-user', Symbol('x') as never)],
    ...[
      "Failed to construct 'Headers': String contains non ISO-8859-1 code point.",
      "Failed to execute 'set' on 'Headers': Invalid value",
      'Headers constructor: x user is an invalid header name.',
      "Header 'x-user' has invalid value: 'a'",
      "Invalid header name: 'x user'",
    ].map((words) => [`what a browser says so of: ${words}`, () => thrown(new TypeError(words))] as const),
  ]
  it.each(others)(
    'are an invalid request if the function makes other headers with %s',
    async (_what, work) => {
      await expect(prepare(work)).rejects.toThrow(InvalidRequest)
    },
  )

  it.each([
    new TypeError('Failed to fetch'),
    new TypeError("Cannot read properties of undefined (reading 'headers')"),
    new TypeError("Cannot read properties of undefined (reading 'Headers')"),
    new TypeError('headers is undefined'),
    new Error("Failed to execute 'set' on 'Headers': Invalid value"),
  ])('are no invalid request if the function throws for another reason: %s', async (error) => {
    await expect(prepare(() => Promise.reject(error))).rejects.toMatchObject({
      message: `redux-broker: \`prepareHeaders\` threw: ${error}`,
      cause: error,
    })
    await expect(prepare(() => thrown(error))).rejects.not.toThrow(InvalidRequest)
  })
})
