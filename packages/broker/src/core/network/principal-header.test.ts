import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePrincipal } from './principal-header.js'

const text = fc.string({ unit: 'binary', minLength: 1 })

describe('a user’s id in a header', () => {
  it.each(['ada', '42', 'auth0|6a.b_c-d~e', 'ada@x.example', 'a/b?c=d&e#f', "o'neill", 'a+b'])(
    'is %s as it is: visible ASCII',
    (id) => {
      expect(encodePrincipal(id)).toBe(id)
    },
  )

  it.each([
    ['李', '%E6%9D%8E'],
    ['łukasz', '%C5%82ukasz'],
    ['josé', 'jos%C3%A9'],
    ['😀', '%F0%9F%98%80'],
    [' ada ', '%20ada%20'],
    ['a\r\nx-evil: 1', 'a%0D%0Ax-evil:%201'],
    ['a\0b', 'a%00b'],
    ['50%', '50%25'],
    ['a%20b', 'a%2520b'],
    ['\u007f', '%7F'],
  ])('is encoded if a header could not carry it, or would change it: %j', (id, form) => {
    expect(encodePrincipal(id)).toBe(form)
  })

  it('has visible ASCII only, and differs for every two ids', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const form = encodePrincipal(a)
        expect(form).toMatch(/^[!-~]+$/)
        expect(decodeURIComponent(form)).toBe(a)
        expect(form === encodePrincipal(b)).toBe(a === b)
      }),
      { seed: 1 },
    )
  })

  it('does not exist for a lone surrogate, since all lone surrogates would have the same', () => {
    expect(() => encodePrincipal('a\ud800')).toThrow(URIError)
    expect(() => encodePrincipal('\udc00')).toThrow(URIError)
  })
})
