import { describe, expect, it } from 'vitest'
import { cookieNeeds, credentialsBy } from './allowed-origins.js'

const api = 'https://api.test'

describe('cookies', () => {
  it('are not sent to another origin unless the app allows it', () => {
    const credentialsOf = credentialsBy([
      { origin: api, credentials: 'include' },
      'https://files.test',
      { origin: 'https://maps.test', credentials: 'same-origin' },
    ])

    expect(credentialsOf(`${api}/posts/1`)).toBe('include')
    for (const url of ['https://files.test/1', 'https://maps.test/1', 'https://app.test/'])
      expect(credentialsOf(url)).toBe('same-origin')
  })

  it.each([
    'https://api.test.evil.example/',
    'https://api.test:8443/',
    'http://api.test/',
    'https://api.test@evil.example/',
    'https://evil.example/https://api.test/',
    'https://sub.api.test/',
  ])('are not sent to %s, which only looks like an allowed origin', (url) => {
    expect(credentialsBy([{ origin: api, credentials: 'include' }])(url)).toBe('same-origin')
  })

  it('of an older entry are sent by the present options, and no row can widen them', () => {
    const wasIncluded = `${api}/posts/1`

    expect(credentialsBy([api])(wasIncluded)).toBe('same-origin')
    expect(credentialsBy()(wasIncluded)).toBe('same-origin')
  })

  it('are a requirement, so that an executor without them sends no such entry', () => {
    expect(cookieNeeds([{ origin: api, credentials: 'include' }, 'https://files.test'])).toEqual([
      'cookies:https://api.test',
    ])
  })
})
