import { afterEach, describe, expect, it, vi } from 'vitest'
import { pageRandom } from './page-random-source.js'
import { systemRandom } from './random-source.js'

afterEach(() => vi.unstubAllGlobals())

describe('a digest in a page', () => {
  it.each(['', '李', '0', 'salt of 32 digits and ada'.repeat(9)])(
    'of %j is the same without `crypto.subtle`',
    async (text) => {
      const expected = await systemRandom.digest(text)
      const { getRandomValues } = crypto
      vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) })

      expect(await pageRandom.digest(text)).toBe(expected)
      expect(pageRandom.id()).toMatch(/^[0-9a-f]{32}$/)
    },
  )
})
