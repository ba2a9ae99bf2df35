import { describe, expect, it } from 'vitest'
import { baseOf, isBase } from './base-path.js'

describe('the base of a page', () => {
  it.each([
    ['/a/', '/a/assets/main.js', '/a/'],
    ['/a/posts/12', '/a/assets/main.js', '/a/'],
    ['/a/index.html?x=/y/z#/w/', '/a/main.js?v=1/2', '/a/'],
    ['/posts/12', '/assets/main.js', '/'],
    ['/account/', '/assets/main.js', '/'],
    ['/a', '/a/main.js', '/a/'],
    ['/a?x=1', '/a/_next/static/main.js', '/a/'],
    ['/a', '/ab/main.js', '/'],
    ['/a', '/assets/main.js', '/'],
    ['/ab/', '/a/main.js', '/'],
    ['/team/shop/cart', '/team/shop/js/app.js', '/team/shop/'],
    ['', '/a/main.js', '/'],
  ])('at %s, of a script at %s, is %s', (page, script, base) => {
    expect(baseOf(`https://o.example:8080${page}`, `https://o.example:8080${script}`)).toBe(base)
  })

  it.each([
    ['comes from another origin', 'https://cdn.example/a/main.js'],
    ['comes from another scheme of the same host', 'http://o.example/a/main.js'],
    ['comes from another port', 'https://o.example:81/a/main.js'],
    ['is a file of the machine that built it', 'file:///a/main.js'],
    ['is a blob', 'blob:https://o.example/a/main.js'],
    ['is not known', ''],
  ])('is the root where the script %s', (_, script) => {
    expect(baseOf('https://o.example/a/', script)).toBe('/')
  })

  it.each(['about:srcdoc', 'data:text/html,x', 'blob:https://o.example/a/x'])(
    'is the root where the page is %s',
    (page) => expect(baseOf(page, 'https://o.example/a/main.js')).toBe('/'),
  )
})

describe('a base that the app gives', () => {
  it.each(['/', '/shop/', '/team/shop/', '/a%20b/', '/~ada/'])('is %s', (base) => {
    expect(isBase(base)).toBe(true)
  })
})
