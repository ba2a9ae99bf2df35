// Where a script finds itself in a real browser. The e2e spec of two apps has the forms that a bundler writes.
import { afterEach, describe, expect, it } from 'vitest'
import { appBase, pagePlace } from './app-base.js'

afterEach(() => document.querySelector('base')?.remove())

/** Of the script under test. */
const folder = '/packages/broker/src/page/'

describe('the base of a page', () => {
  it('contains the page and its script', () => {
    expect(folder.startsWith(appBase())).toBe(true)
    expect(location.pathname.startsWith(appBase())).toBe(true)
  })

  it.each([
    ['at', folder, folder],
    ['below', `${folder}posts/12`, folder],
    ['above', '/packages/', '/packages/'],
    ['beside', '/packages/broker/src/core/', '/packages/broker/src/'],
    ['on another origin than', 'https://cdn.example/packages/', '/'],
  ])('follows `<base href>` %s the script', (_, href, base) => {
    const element = document.createElement('base')
    element.href = href
    document.head.prepend(element)

    expect(appBase()).toBe(base)
  })
})

describe('the place of a page', () => {
  it('is left out if its script tells the base of the app', () => {
    expect(pagePlace()).toBeUndefined()
  })
})
