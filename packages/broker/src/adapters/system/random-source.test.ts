import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemRandom } from './random-source.js'

const drawMax = 65_536

/** Counts the draws, and gives no more at once than a browser. */
function countDraws() {
  const draws: number[] = []
  vi.spyOn(crypto, 'getRandomValues').mockImplementation((given) => {
    const bytes = given as Uint8Array
    if (bytes.length > drawMax) throw new DOMException('too many bytes', 'QuotaExceededError')
    draws.push(bytes.length)
    return given
  })
  return draws
}

describe('random bytes', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('are drawn in as few calls as a browser allows', () => {
    const draws = countDraws()

    expect(systemRandom.bytes(2 * drawMax)).toHaveLength(2 * drawMax)
    expect(systemRandom.bytes(3)).toHaveLength(3)
    expect(draws).toEqual([drawMax, drawMax, 3])
  })

  it('of an id are drawn in one call', () => {
    const draws = countDraws()

    expect(systemRandom.id()).toBe('0'.repeat(32))
    expect(draws).toEqual([16])
  })

  it('of two ids differ', () => {
    const [one, other] = [systemRandom.id(), systemRandom.id()]

    expect(one).toMatch(/^[0-9a-f]{32}$/)
    expect(other).not.toBe(one)
  })
})
