// The examples of redux-broker-server's README as they are printed, but for port, file and the page's origin.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import ts from 'typescript'
import { type BackEnd, freePort, type StartBackEnd } from './back-end.js'

const readme = fileURLToPath(new URL('../../packages/server/README.md', import.meta.url))
/** Within the workspace, so that the example finds its packages. */
const place = fileURLToPath(new URL('../test-results', import.meta.url))

/** Starts the example under this heading. `change`: what a reader may leave out, or have in another version. */
export const companion =
  (heading: string, change = (code: string) => code): StartBackEnd =>
  (_pages, pageOrigin = '') =>
    start(heading, change, pageOrigin)

async function start(
  heading: string,
  change: (code: string) => string,
  pageOrigin: string,
): Promise<BackEnd> {
  await mkdir(place, { recursive: true })
  const folder = await mkdtemp(join(place, 'companion-'))
  const file = join(folder, 'app.db')
  const port = await freePort()
  const text = await readFile(readme, 'utf8')
  const write = (name: string, under: string) => {
    const printed = text.slice(text.indexOf(under)).match(/```ts\n(.*?)```/s)?.[1] ?? ''
    const example = change(printed)
      .replace('https://app.example', pageOrigin)
      .replace('app.db', file)
      .replace('3000', String(port))
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    return writeFile(join(folder, name), ts.transpileModule(example, { compilerOptions: options }).outputText)
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await write('claps.js', '## Example')
  await write('server.js', `### ${heading}`)
  const child = spawn(process.execPath, [join(folder, 'server.js')], { stdio: 'inherit' })
  while (!(await fetch(`http://localhost:${port}/`).catch(() => undefined)))
    if (child.exitCode !== null) throw new Error(`The example ended with ${child.exitCode}.`)
  const claps = () =>
    new Database(file).prepare('SELECT post, count FROM claps').all() as { post: string; count: number }[]
  return {
    port,
    config: {
      server: 'idempotent',
      like: { method: 'POST', url: '/api/posts/:id/claps', body: { by: 1 } },
    },
    cookie: { name: 'session', value: '4f1c' },
    liked: () => claps().flatMap(({ post, count }) => Array(count).fill(post)),
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
      await rm(folder, { recursive: true })
    },
  }
}
