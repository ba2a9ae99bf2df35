// README.md and the pages below docs, together: their code compiles, and they name all that the package exports.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')
const pages = readdirSync(`${root}docs`).map((name) => readFileSync(`${root}docs/${name}`, 'utf8'))
const guide = [readme, ...pages].join('\n')

/** The files that a text prints as a whole, by name. */
function printedFiles(text: string): Map<string, string> {
  const blocks = [...text.matchAll(/```tsx?\n\/\/ ([a-z-]+\.tsx?)[^\n]*\n(.*?)```/gs)]
  return new Map(blocks.map(([, name = '', code = '']) => [`${root}test/quick-start/${name}`, code]))
}

/** The compiler's words on the built package, as a user's compiler would say them. */
function compileErrors(files: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    jsx: ts.JsxEmit.ReactJSX,
    skipLibCheck: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile, directoryExists } = host
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.readFile = (name) => files.get(name) ?? readFile(name)
  host.directoryExists = (name) => name.endsWith('/test/quick-start') || (directoryExists?.(name) ?? true)
  host.getSourceFile = (name, target) => {
    const code = files.get(name)
    return code === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, code, target)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName.split('/').at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

describe('the guide', () => {
  it('has a quick start and examples that compile', () => {
    expect([...printedFiles(readme).keys()].length).toBe(7)
    const files = printedFiles(guide)
    expect([...files.keys()].length).toBe(11)
    expect(compileErrors(files)).toEqual([])
    const wrong = new Map(files).set(
      `${root}test/quick-start/wrong.ts`,
      "import { liked } from './requests'\nliked({ id: 1 })",
    )
    expect(compileErrors(wrong)).toHaveLength(1)
  })

  it('names every value that the package exports, and every limit and reason', () => {
    const source = (name: string) => readFileSync(`${root}src/${name}`, 'utf8')
    const values = [...source('index.ts').matchAll(/^export \{ ([^}]+) \}/gm)].flatMap(([, names = '']) =>
      names.split(', '),
    )
    const limits = [...source('core/limits.ts').matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name)
    const reasons =
      source('redux/types.ts')
        .split('export type Accepted')[0]
        ?.matchAll(/^ {2}\| '(\w+)'/gm) ?? []
    const names = [...values, ...limits, ...[...reasons].map(([, name]) => name)]
    expect(names.length).toBeGreaterThan(20)
    for (const name of names) expect(guide).toContain(name ?? 'a name')
  })

  it('tells every result of a command, in the table of the reference', () => {
    const reference = readFileSync(`${root}docs/reference.md`, 'utf8')
    const sources = ['page/outbox-commands.ts', 'page/capture/capture.ts']
    const types = sources.flatMap((name) => [
      ...readFileSync(`${root}src/${name}`, 'utf8').matchAll(
        /(?:Promise<|CancelledWrite = )((?:'\w+'(?: \| )?)+)/g,
      ),
    ])
    const results = new Set(types.flatMap(([, words = '']) => words.match(/\w+/g) ?? []))
    expect([...results].sort()).toEqual([
      'cancelled',
      'discarded',
      'marked',
      'notFound',
      'retried',
      'tooLate',
    ])
    for (const result of results) expect(reference).toContain(`| \`${result}\` |`)
  })

  it('states the sizes that are checked', () => {
    const sizes = readFileSync(`${root}../../e2e/tools/sizes.js`, 'utf8')
    const bounds = [...sizes.matchAll(/brotliMax: ([\d_]+)/g)].map(([, bytes = '']) =>
      Number(bytes.replace('_', '')),
    )
    expect(bounds).toHaveLength(4)
    for (const bytes of bounds) expect(readme).toContain(`| ${bytes / 1_000} kB |`)
  })
})
