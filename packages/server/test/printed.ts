// The examples of README.md as they are printed, and a folder in which they run on the sources as they are now.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))

export const readme = readFileSync(`${root}README.md`, 'utf8')

/** The first block of code after the heading that ends so. */
export function printedBlock(heading: string): string {
  const [, code] = new RegExp(`^#.*${heading}\\n.*?\`\`\`ts\\n(.*?)\`\`\``, 'ms').exec(readme) ?? []
  if (code === undefined) throw new Error(`README.md has no code under "${heading}"`)
  return code
}

export function transpile(code: string): string {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    verbatimModuleSyntax: true,
  }
  return ts.transpileModule(code, { compilerOptions }).outputText
}

/** Makes the folder a package of the sources as they are now. Code in it imports them by the name of the package. */
export function compileSources(folder: string): void {
  const exports = { '.': './index.js', './sqlite': './sqlite.js', './node': './node.js' }
  const description = { name: 'redux-broker-server', type: 'module', exports }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(description))
  for (const name of sourceFiles()) {
    const file = join(folder, name.replace('.ts', '.js'))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, transpile(readFileSync(`${root}src/${name}`, 'utf8')))
  }
}

/** The files of the package's sources, below `src`, without tests and their fixtures. */
export const sourceFiles = (): readonly string[] =>
  readdirSync(`${root}src`, { encoding: 'utf8', recursive: true }).filter(
    (name) => /^(?:[a-z]+\/)?[a-z0-9-]+\.ts$/.test(name) && !/-(contract|fixture)\.ts$/.test(name),
  )

/** A new folder within the package. Code in it finds this package as it is built, and its dependencies. */
export function makeFolder(): string {
  mkdirSync(`${root}test-results`, { recursive: true })
  return mkdtempSync(`${root}test-results/`)
}
