// The example of redux-broker-server's README as it is printed, but for its port, its file and the page's origin.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import ts from 'typescript'
import { type BackEnd, freePort } from './back-end.js'

const readme = fileURLToPath(new URL('../../packages/server/README.md', import.meta.url))
/** Within the workspace, so that the example finds its packages. */
const place = fileURLToPath(new URL('../test-results', import.meta.url))

export async function startCompanion(_pages: string, pageOrigin = ''): Promise<BackEnd> {
  await mkdir(place, { recursive: true })
  const folder = await mkdtemp(join(place, 'companion-'))
  const file = join(folder, 'app.db')
  const port = await freePort()
  const [, printed = ''] = /```ts\n(.*?)```/s.exec(await readFile(readme, 'utf8')) ?? []
  const example = printed
    .replace('https://app.example', pageOrigin)
    .replace('app.db', file)
    .replace('port: 3000', `port: ${port}`)
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  await writeFile(
    join(folder, 'server.mjs'),
    ts.transpileModule(example, { compilerOptions: options }).outputText,
  )
  const child = spawn(process.execPath, [join(folder, 'server.mjs')], { stdio: 'inherit' })
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
