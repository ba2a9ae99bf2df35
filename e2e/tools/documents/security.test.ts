import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')
const page = 'packages/broker/docs/security.md'
const rows = [...read('docs/security.md').matchAll(/^\| (SEC\d+) \| (.+) \| (.+) \| (.*)\|$/gm)].map(
  ([, name = '', , state = '', tests = '']) => ({
    name,
    state,
    tests: [...tests.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)`/g)].map(([, file]) => file),
  }),
)
const open = rows.filter(({ state }) => state.startsWith('[open]'))

/** How the page of the package names each open requirement. */
const namesOfOpen = {
  SEC4: 'Secret fields of a body',
  SEC5: 'Rows are not encrypted',
  SEC13: 'No lock',
  SEC17: 'No kill switch',
  SEC34: 'No confirmation',
  SEC35: 'A `sync` event',
}

describe('docs/security.md', () => {
  it('has every requirement from SEC1 to SEC35, in order', () => {
    expect(rows.map(({ name }) => name)).toEqual(Array.from({ length: 35 }, (_, i) => `SEC${i + 1}`))
  })

  it.each(rows)('says of $name which tests hold it, or that it is open', ({ state, tests }) => {
    expect(tests.length > 0).toBe(state.startsWith('holds'))
    expect(tests.filter((file) => !existsSync(`${root}${file}`))).toEqual([])
  })

  it('says for each open requirement what a user can do meanwhile', () => {
    expect(open.map(({ name }) => name)).toEqual(Object.keys(namesOfOpen))
    for (const { state } of open) expect(state).toContain(`(../${page}#what-is-open)`)
    const [, table = ''] = read(page).split('## What is open')
    expect([...table.matchAll(/^\| \*\*(.+?)\*\* /gm)].map(([, name]) => name)).toEqual(
      Object.values(namesOfOpen),
    )
  })

  it('is linked from SECURITY.md and the README, as is the page of the package', () => {
    for (const file of ['SECURITY.md', 'README.md']) {
      expect(read(file)).toContain('(docs/security.md)')
      expect(read(file)).toContain(`(${page})`)
    }
    expect(read('packages/broker/README.md')).toContain('(docs/security.md)')
  })
})
