import { describe, expect, it } from 'vitest'
import { storedCopy } from './plain-data.js'

const long = 'x'.repeat(1_048_576)

describe('the stored bytes of a value that only a browser stores', () => {
  const files = new DataTransfer()
  files.items.add(new File([long], 'a.txt'))

  it.each([
    ['the name of a File', new File([], long)],
    ['a FileList', files.files],
    ['an ImageData', new ImageData(512, 512)],
    ['a DOMException', new DOMException(long)],
    ['the cause of an error', new Error('m', { cause: { long } })],
  ])('are those of %s', (_what, value) => {
    const tally = { bytes: 0, max: 1e9, tooMany: () => new Error('too many') }
    storedCopy({ value }, 'payload', tally)

    expect(tally.bytes).toBeGreaterThanOrEqual(long.length)
    expect(tally.bytes).toBeLessThan(long.length + 2_000)
  })
})

describe('a value nested 300 levels deep', () => {
  it.each([
    ['lists', (inner: unknown) => [inner]],
    ['Maps', (inner: unknown) => new Map([['a', inner]])],
    ['Sets', (inner: unknown) => new Set([inner])],
  ])('in %s can be cloned for the storage twice', (_what, wrap) => {
    let value: unknown = 0
    for (let i = 0; i < 300; i++) value = wrap(value)
    const tally = { bytes: 0, max: 1e9, tooMany: () => new Error('too many') }

    const copy = storedCopy(value, 'payload', tally)

    expect(() => structuredClone(structuredClone(copy))).not.toThrow()
  })
})
