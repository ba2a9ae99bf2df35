import { describe, expect, it } from 'vitest'
import { InvalidRequest } from '../../core/network/invalid-request.js'
import { preparedHeaders } from './prepared-headers.js'

const stored = [['x-feature', 'on']] as const
const prepare = (
  work: (headers: Headers) => unknown,
  headers: readonly (readonly [string, string])[] = stored,
) => preparedHeaders(headers, (given) => work(given) as Headers, undefined)

describe('headers that an app prepares', () => {
  it('are those of the request itself where there is no function', async () => {
    expect(await preparedHeaders(stored, undefined, undefined)).toBe(stored)
  })

  it.each([
    ['sets them', (headers: Headers) => headers.set('x-token', 't')],
    ['appends them', async (headers: Headers) => headers.append('x-token', 't')],
    ['gives others', () => new Headers({ 'x-feature': 'on', 'x-token': 't' })],
    ['gives a plain object', () => ({ 'x-feature': 'on', 'X-Token': 't' })],
  ])('are what the function says, whether it %s', async (_name, work) => {
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
  ])('are no request’s where the function %s', async (_name, work) => {
    await expect(prepare(work)).rejects.toThrow(InvalidRequest)
  })

  it('are no request’s where those that are stored are none', async () => {
    await expect(prepare(() => {}, [['x user', 'ada']])).rejects.toThrow(InvalidRequest)
    await expect(prepare(() => {}, [['x-user', 'łukasz']])).rejects.toThrow(InvalidRequest)
  })

  it('are not there yet where the function throws of its own accord', async () => {
    const error = new TypeError('Failed to fetch')

    await expect(prepare(() => Promise.reject(error))).rejects.toMatchObject({
      message: 'redux-broker: `prepareHeaders` threw: TypeError: Failed to fetch',
      cause: error,
    })
  })
})
