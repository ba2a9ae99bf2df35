import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { printedBlock, readme } from './printed.js'

const root = fileURLToPath(new URL('..', import.meta.url))

function compileErrors(code: string): string[] {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent({ extends: '../../tsconfig.base.json' }, ts.sys, root).options,
    composite: false,
    isolatedDeclarations: false,
    noEmit: true,
    types: ['node'],
    paths: {
      'redux-broker-server': [`${root}src/index.ts`],
      'redux-broker-server/sqlite': [`${root}src/sqlite.ts`],
      'redux-broker-server/node': [`${root}src/node.ts`],
    },
  }
  const file = `${root}test/readme-block.ts`
  const texts = new Map([
    [file, code],
    [`${root}test/claps.ts`, printedBlock('claps in SQLite')],
  ])
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.getSourceFile = (name, target) => {
    const text = texts.get(name)
    return text === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, text, target)
  }
  const program = ts.createProgram([file], options, host)
  const diagnostics = ts.getPreEmitDiagnostics(program)
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('README.md', () => {
  it('has code that compiles', () => {
    const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
    expect(blocks).not.toHaveLength(0)
    for (const code of blocks) expect(compileErrors(code), code).toEqual([])
    const other = printedBlock('claps in SQLite').replace("'libsql'", "'better-sqlite3'")
    expect(compileErrors(other)).toEqual([])
    expect(compileErrors('export const wrong: string = 1')).toHaveLength(1)
  }, 60_000)

  it('names every option, every problem and every value that is exported', () => {
    const source = (name: string) => readFileSync(`${root}src/${name}`, 'utf8')
    const [declared = ''] = source('idempotency-options.ts').split('export type IdempotencySettings')
    const options = [...declared.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)]
    const problems = [...source('problem.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)]
    const values = [...source('index.ts').matchAll(/^export \{ (\w+) \}/gm)]
    expect([options.length >= 10, problems.length, values.length]).toEqual([true, 14, 6])
    for (const [, name = ''] of [...options, ...problems, ...values]) expect(readme).toContain(name)
  })
})

describe('the sources', () => {
  it('use Fetch and WebCrypto only, but for those of redux-broker-server/node', () => {
    const files = readdirSync(`${root}src`).filter(
      (name) => /^[a-z-]+\.ts$/.test(name) && !/-(contract|fixture)\.ts$/.test(name),
    )
    expect(files.length).toBeGreaterThan(10)
    for (const name of files) {
      const text = readFileSync(`${root}src/${name}`, 'utf8')
      const foreign = [...text.matchAll(/ from '([^.'][^']*)'/g)].map(([, from]) => from)
      expect(new Set(foreign), name).toEqual(new Set(/^node\b/.test(name) ? ['node:http'] : []))
      if (!/^node\b/.test(name)) expect(text).not.toMatch(/from 'node:|\bBuffer\b|\bprocess\.[a-z]/)
    }
  })
})
