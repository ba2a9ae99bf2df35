import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { printedBlock, readme, sourceFiles } from './printed.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * The errors of all the modules, compiled as one program. A compiler for each would take a minute on a busy machine.
 */
function compileErrors(modules: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent({ extends: '../../tsconfig.base.json' }, ts.sys, root).options,
    composite: false,
    isolatedDeclarations: false,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    paths: {
      'redux-broker-server': [`${root}src/index.ts`],
      'redux-broker-server/sqlite': [`${root}src/sqlite.ts`],
      'redux-broker-server/node': [`${root}src/node.ts`],
    },
  }
  const texts = new Map([...modules].map(([name, text]) => [`${root}test/${name}.ts`, text]))
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.getSourceFile = (name, target) => {
    const text = texts.get(name)
    return text === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, text, target)
  }
  const program = ts.createProgram([...texts.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const name = file?.fileName.split('/').at(-1)
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

describe('README.md', () => {
  it('has code that compiles', () => {
    // The bundler of Next finds a module without its ending, Node does not.
    const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) =>
      code.replace("'./claps'", "'./claps.js'"),
    )
    expect(blocks.length).toBeGreaterThan(5)
    const claps = printedBlock('claps in SQLite')
    const modules = new Map([
      ['claps', claps],
      ['claps-on-better-sqlite3', claps.replace("'libsql'", "'better-sqlite3'")],
      ['wrong', 'export const wrong: string = 1'],
      ...blocks.map((code, index): [string, string] => [`block-${index}`, code]),
    ])
    expect(compileErrors(modules)).toEqual([expect.stringMatching(/^wrong\.ts: Type 'number'/)])
  }, 600_000)

  it('names every option, every problem and every value that is exported', () => {
    const source = (name: string) => readFileSync(`${root}src/${name}`, 'utf8')
    const [declared = ''] = source('options/idempotency-options.ts').split('export type IdempotencySettings')
    const options = [...declared.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)]
    const problems = [...source('answer/problem.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)]
    const values = [...source('index.ts').matchAll(/^export \{ (\w+) \}/gm)]
    expect([options.length >= 10, problems.length, values.length]).toEqual([true, 14, 6])
    for (const [, name = ''] of [...options, ...problems, ...values]) expect(readme).toContain(name)
  })
})

describe('the sources', () => {
  it('import nothing but each other, and use Fetch and WebCrypto only', () => {
    const files = sourceFiles()
    expect(files.length).toBeGreaterThan(10)
    for (const name of files) {
      const text = readFileSync(`${root}src/${name}`, 'utf8')
      expect(text.match(/ from '[^.'][^']*'/g), name).toBeNull()
      expect(text).not.toMatch(/\bBuffer\b|\bprocess\.[a-z]/)
    }
  })
})
