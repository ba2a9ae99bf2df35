import { describe, expect, it } from 'vitest'
import { invalidates, type Tag, touches } from './tags.js'

const post = (id?: string | number): Tag => (id === undefined ? { type: 'post' } : { type: 'post', id })

describe('the id of a tag', () => {
  it.each([
    [1, '1'],
    ['42', 42],
    [0, '0'],
    [-7, '-7'],
    [1.5, '1.5'],
  ])('is the same as a number and as text: %j and %j', (written, read) => {
    expect(invalidates(post(written), post(read))).toBe(true)
    expect(touches(post(read), post(written))).toBe(true)
  })

  it.each([
    [1, '01'],
    ['', 0],
    [1, '1 '],
    ['a', 'A'],
  ])('differs if its text differs: %j and %j', (written, read) => {
    expect(touches(post(written), post(read))).toBe(false)
  })

  it('that is missing stands for every id of the type', () => {
    expect(invalidates(post(), post('undefined'))).toBe(true)
    expect(invalidates(post('undefined'), post())).toBe(false)
    expect(invalidates('post', post(0))).toBe(true)
  })
})
