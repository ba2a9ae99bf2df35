import { afterEach, describe, expect, it, vi } from 'vitest'
import { pageChance } from './page-chance.js'
import { systemChance } from './system-chance.js'

afterEach(() => vi.unstubAllGlobals())

describe('a digest in a page', () => {
  it.each(['', '李', '0', 'salt of 32 digits and ada'.repeat(9)])(
    'of %j is the same without `crypto.subtle`',
    async (text) => {
      const expected = await systemChance.digest(text)
      const { getRandomValues } = crypto
      vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) })

      expect(await pageChance.digest(text)).toBe(expected)
      expect(pageChance.id()).toMatch(/^[0-9a-f]{32}$/)
    },
  )
})
