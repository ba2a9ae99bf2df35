import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

function compileErrors(code: string): string[] {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent({ extends: '../../tsconfig.base.json' }, ts.sys, root).options,
    composite: false,
    noEmit: true,
    types: ['node'],
    paths: {
      'redux-broker-server': [`${root}src/index.ts`],
      'redux-broker-server/sqlite': [`${root}src/sqlite.ts`],
    },
  }
  const file = `${root}test/readme-block.ts`
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => name === file || fileExists(name)
  host.getSourceFile = (name, target) =>
    name === file ? ts.createSourceFile(name, code, target) : getSourceFile(name, target)
  const program = ts.createProgram([file], options, host)
  const diagnostics = ts.getPreEmitDiagnostics(program)
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('README.md', () => {
  it('has code that compiles', () => {
    const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
    expect(blocks).not.toHaveLength(0)
    for (const code of blocks) expect(compileErrors(code)).toEqual([])
    expect(compileErrors('export const wrong: string = 1')).toHaveLength(1)
  }, 60_000)

  it('names every option, every problem and every value that is exported', () => {
    const source = (name: string) => readFileSync(`${root}src/${name}`, 'utf8')
    const options = [...source('idempotency-options.ts').matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)]
    const problems = [...source('problem.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)]
    const values = [...source('index.ts').matchAll(/^export \{ (\w+) \}/gm)]
    expect([options.length >= 10, problems.length, values.length]).toEqual([true, 12, 4])
    for (const [, name = ''] of [...options, ...problems, ...values]) expect(readme).toContain(name)
  })
})

describe('the sources', () => {
  it('use Fetch and WebCrypto only: nothing of Node, and libsql for SQLite alone', () => {
    const files = readdirSync(`${root}src`).filter(
      (name) => /^[a-z-]+\.ts$/.test(name) && !/-(contract|fixture)\.ts$/.test(name),
    )
    expect(files.length).toBeGreaterThan(10)
    for (const name of files) {
      const text = readFileSync(`${root}src/${name}`, 'utf8')
      const foreign = [...text.matchAll(/ from '([^.'][^']*)'/g)].map(([, from]) => from)
      expect(new Set(foreign), name).toEqual(new Set(name.startsWith('sqlite') ? ['libsql'] : []))
      expect(text).not.toMatch(/from 'node:|\bBuffer\b|\bprocess\.[a-z]/)
    }
  })
})
