import { describe, expect, it } from 'vitest'
import { errorText } from './error-text.js'
import { build, InvalidRequest } from './invalid-request.js'

describe('the text of a thrown value', () => {
  it.each([
    [new TypeError('no'), 'TypeError: no'],
    ['no', 'no'],
    [Symbol('no'), 'Symbol(no)'],
    [undefined, 'undefined'],
    [Object.create(null), 'a value without a text'],
    [{ toString: 1, valueOf: 2 }, 'a value without a text'],
  ])('exists for any thrown value: case %#', (thrown, text) => {
    const step = () => {
      throw thrown
    }
    expect(errorText(thrown)).toBe(text)
    expect(() => build(step)).toThrow(new InvalidRequest(text))
  })
})
