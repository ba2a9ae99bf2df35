import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const guarantees = readFileSync(`${root}docs/guarantees.md`, 'utf8')
const sections = new Map(
  guarantees
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split(' ', 1)[0], section]),
)

describe('docs/guarantees.md', () => {
  it('has every promise from P1 to P14, in order', () => {
    expect([...sections.keys()]).toEqual(Array.from({ length: 14 }, (_, i) => `P${i + 1}`))
  })

  it.each([...sections])(
    'says of %s what it rests on, what voids it and which tests hold it',
    (_, section) => {
      for (const part of ['Promise', 'Rests on', 'Voided by', 'Held by'])
        expect(section).toContain(`**${part}.**`)
    },
  )

  it('names tests that exist', () => {
    const named = [...guarantees.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)`/g)].map(([, file]) => file)
    expect(named.length).toBeGreaterThan(14)
    expect(named.filter((file) => !existsSync(`${root}${file}`))).toEqual([])
  })
})
