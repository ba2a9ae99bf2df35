// A package holds its texts and the code that was built of its sources, and no leftovers. Leftovers are tests and
// their helpers, notes of the compiler, outputs of removed sources, and traces of the machine that built it.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { packedFiles } from './packed-files.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const texts = /^(?:package\.json|LICENSE|(?:README|CHANGELOG)\.md|docs\/[\w-]+\.md)$/
const forTests = /(?:\.test|\.fixture|-fixture|-contract)\.(?:d\.ts|js)$/

/** The scripts that are built of many sources, by package. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  broker: ['sw.js', 'browser/redux-broker.js', 'browser/redux-broker.development.js', 'browser/worker.js'],
  server: [],
}

/** The packed files that do not belong into a package. */
function leftovers(
  files: readonly string[],
  bundled: readonly string[],
  hasSource: (name: string) => boolean,
): readonly string[] {
  return files.filter((file) => {
    if (texts.test(file)) return false
    const [, name, stem] = /^dist\/((.+)\.(?:d\.ts|js))$/.exec(file) ?? []
    if (name === undefined || stem === undefined || forTests.test(name)) return true
    return !bundled.includes(name) && !hasSource(stem)
  })
}

describe('leftovers', () => {
  it.each([
    'dist/.tsbuildinfo',
    'dist/core/.tsbuildinfo',
    'dist/entry.js.map',
    'dist/entry.test.js',
    'dist/wire.fixture.d.ts',
    'dist/store-contract.js',
    'dist/gone.js',
    'dist/browser/old.js',
    'src/entry.ts',
    'test/readme.test.ts',
    'build.js',
    'tsconfig.json',
    '.env',
  ])('finds that %s does not belong in a package', (file) => {
    expect(leftovers([file], ['sw.js'], (stem) => !stem.endsWith('gone') && !/browser/.test(stem))).toEqual([
      file,
    ])
  })

  it.each([
    'README.md',
    'CHANGELOG.md',
    'package.json',
    'docs/your-server.md',
    'docs/security.md',
    'dist/sw.js',
    'dist/entry.d.ts',
    'dist/a/b.js',
  ])('finds that %s belongs in a package', (file) => {
    expect(leftovers([file], ['sw.js'], (stem) => stem !== 'sw')).toEqual([])
  })
})

describe.each(['broker', 'server'])('the tarball of packages/%s', (name) => {
  const folder = `${root}packages/${name}/`
  const files = packedFiles(folder)
  const scripts = files.filter((file) => /\.(?:js|ts)$/.test(file))
  const read = (file: string) => readFileSync(folder + file, 'utf8')

  it('tells its own changes, and what it is', () => {
    expect(files).toEqual(expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'README.md']))
    expect(read('CHANGELOG.md')).toContain(`\`${JSON.parse(read('package.json')).name}\` follows`)
  })

  it('has its code and no leftovers of a build', () => {
    expect(scripts.length).toBeGreaterThan(40)
    expect(leftovers(files, bundles[name] ?? [], (stem) => existsSync(`${folder}src/${stem}.ts`))).toEqual([])
  })

  it('has every file that its entries name', () => {
    const { exports } = JSON.parse(read('package.json')) as { exports: unknown }
    const named = [...JSON.stringify(exports).matchAll(/"\.\/([\w./-]+\.(?:js|ts|json))"(?!:)/g)]
    expect(named.length).toBeGreaterThan(3)
    for (const [, file] of named) expect(files).toContain(file)
  })

  it('installs no dependency, and makes no code from text', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies?: object }
    expect(dependencies).toBeUndefined()
    const makers = /\beval\(|\bnew Function\b|\bFunction\(|\.innerHTML\b|document\.write\(/
    for (const file of scripts) expect(makers.exec(read(file))?.[0], file).toBeUndefined()
  })

  it('points at no source map, and names no folder of the machine that built it', () => {
    for (const file of scripts) {
      const code = read(file)
      expect(code.includes('sourceMappingURL='), file).toBe(false)
      expect(code.includes(root), file).toBe(false)
    }
  })
})
