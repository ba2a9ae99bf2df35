import { describe, expect, it } from 'vitest'
import { accepts, isJson, mediaTypeOf, parseJson } from './media-type.js'

describe('isJson', () => {
  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    ' text/json ;x=1',
    'application/problem+json',
    'application/vnd.api+json; profile="a;b"',
    'model/gltf+json',
  ])('holds for %s', (contentType) => {
    expect(isJson(mediaTypeOf(contentType))).toBe(true)
  })

  it.each([
    undefined,
    '',
    'text/html',
    'text/plain; x=application/json',
    'application/jsonp',
    'application/json-seq',
    'application/x-json',
    '+json',
  ])('does not hold for %s', (contentType) => {
    expect(isJson(mediaTypeOf(contentType))).toBe(false)
  })
})

describe('accepts', () => {
  it.each([
    ['text/plain', 'text/plain'],
    ['Text/Plain', 'text/plain'],
    ['text/*', 'text/csv'],
    ['*/*', 'image/png'],
    ['application/xml, text/csv;q=0.5', 'text/csv'],
    ['text/csv ; header=present ; Q=0.001', 'text/csv'],
    ['text/html', 'text/html'],
    ['text/*;q=0, text/csv', 'text/csv'],
    ['a/b;x="1,text/*;q=0", text/csv', 'text/csv'],
    ['text/csv', 'application/json'],
    ['', 'application/problem+json'],
    ['text/html, */*;q=0.1', 'application/json'],
  ])('accepts for `%s` an answer of %s', (accept, type) => {
    expect(accepts(accept, type)).toBe(true)
  })

  it.each([
    ['text/plain', 'text/html'],
    ['text/plain', 'text/plain-not'],
    ['xtext/plain', 'text/plain'],
    ['image/*', 'text/csv'],
    ['*/*, text/csv;q=0', 'text/csv'],
    ['*/*, text/*; q=0.000', 'text/csv'],
    ['text/csv, application/json;q=0', 'application/json'],
    ['application/json', 'text/plain'],
    ['', 'text/plain'],
    ['*/*', ''],
    ['*/*', 'text/html'],
    ['text/*', 'text/html'],
    ['*/*', 'application/xhtml+xml'],
  ])('does not accept for `%s` an answer of %s', (accept, type) => {
    expect(accepts(accept, type)).toBe(false)
  })
})

describe('parseJson', () => {
  it('returns the data, and undefined for invalid JSON', () => {
    expect(parseJson('{"a":[1,null]}')).toEqual({ a: [1, null] })
    expect([parseJson(''), parseJson('{"a":'), parseJson('<html>')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
