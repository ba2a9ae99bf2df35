// A package's types stand by themselves. An app compiles each entry point without the packages that it leaves out.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Packs the package and installs the tarball into a project that has nothing else. */
function installAlone(folder: string, project: string): void {
  const inFolder = (cwd: string, args: readonly string[]) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const tarball = inFolder(folder, ['pack', '--silent', '--ignore-scripts', '--pack-destination', project])
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  inFolder(project, ['install', '--offline', '--legacy-peer-deps', '--no-audit', `./${tarball.trim()}`])
}

/** Compiles one import of each entry point, and gives the errors. */
function errorsOf(project: string, entries: readonly string[], options: ts.CompilerOptions): string[] {
  const files = entries.map((entry, index) => {
    const file = join(project, `entry-${index}.ts`)
    writeFileSync(file, `import * as entry from '${entry}'\nexport const names = Object.keys(entry)\n`)
    return file
  })
  const strict = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    types: [],
  }
  const program = ts.createProgram(files, { ...strict, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], ...options })
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
}

const { NodeNext, ESNext } = ts.ModuleKind
const resolutions = [
  ['node', { module: NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
  ['bundler', { module: ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
] as const

describe.each([
  { name: 'broker', peers: ['redux'] },
  { name: 'server', peers: [] },
])('the tarball of packages/$name', ({ name, peers }) => {
  const folder = join(root, 'packages', name)
  let project: string
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'packed-types-'))
    installAlone(folder, project)
    for (const peer of peers)
      symlinkSync(join(root, 'node_modules', peer), join(project, 'node_modules', peer))
  }, 120_000)
  afterAll(() => rmSync(project, { recursive: true }))

  it.each(resolutions)('compiles in strict mode without skipLibCheck, resolved as by %s', (_, options) => {
    const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string
      exports: Record<string, { types?: string }>
    }
    const entries = Object.entries(own.exports)
      .filter(([, { types }]) => types !== undefined)
      .map(([path]) => own.name + path.slice(1))

    expect(entries.length).toBeGreaterThan(2)
    expect(errorsOf(project, entries, options)).toEqual([])
  })
})
