import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guide = readFileSync(`${root}docs/security.md`, 'utf8')
const rows = [...guide.matchAll(/^\| (SEC\d+) \| (.+) \| (.+) \| (.*)\|$/gm)].map(
  ([, name = '', , state = '', tests = '']) => ({
    name,
    state,
    tests: [...tests.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)`/g)].map(([, file]) => file),
  }),
)
const open = rows.filter(({ state }) => state.startsWith('[open]'))

describe('docs/security.md', () => {
  it('has every requirement from SEC1 to SEC35, in order', () => {
    expect(rows.map(({ name }) => name)).toEqual(Array.from({ length: 35 }, (_, i) => `SEC${i + 1}`))
  })

  it.each(rows)('says of $name which tests hold it, or that it is open', ({ state, tests }) => {
    expect(tests.length > 0).toBe(state.startsWith('holds'))
    expect(tests.filter((file) => !existsSync(`${root}${file}`))).toEqual([])
  })

  it('tells of each open one what a user can do meanwhile', () => {
    expect(open.map(({ name }) => name)).toEqual(['SEC4', 'SEC5', 'SEC13', 'SEC17', 'SEC34', 'SEC35'])
    for (const { name } of open) expect(guide).toContain(`| **${name.replace('SEC', 'SEC ')}** `)
  })

  it('is where SECURITY.md and the README lead', () => {
    for (const file of ['SECURITY.md', 'README.md'])
      expect(readFileSync(root + file, 'utf8')).toContain('(docs/security.md)')
  })
})
