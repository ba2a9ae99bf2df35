import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import {
  clapsOf,
  problemTypeOf,
  putFaults,
  readLedger,
  signIn,
  temporaryFolder,
  userAt,
} from './testing/test-server.js'

const main = fileURLToPath(new URL('../dist/server/main.js', import.meta.url))
const project = fileURLToPath(new URL('../tsconfig.server.json', import.meta.url))

let folder: string
let running: ChildProcess[]
beforeAll(() => {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-b', project], { stdio: 'inherit' })
})
beforeEach(async () => {
  folder = await temporaryFolder()
  running = []
})
afterEach(async () => {
  for (const child of running) await stop(child, 'SIGKILL')
  await rm(folder, { recursive: true })
})

async function start(environment: NodeJS.ProcessEnv = {}): Promise<{ url: string; child: ChildProcess }> {
  const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: folder, ...environment }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  expect(line).toMatch(/^ready http:\/\/localhost:\d+$/)
  return { url: line.slice('ready '.length), child }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, 'exit')
  child.kill(signal)
  const [code] = (await exit) as [number | null]
  return code
}

test('loses no answered change when the server is killed in the middle of a burst', async () => {
  const first = await start()
  const ada = await signIn(first.url, 'ada')
  const keys = Array.from({ length: 300 }, () => randomUUID())
  const answered: string[] = []
  const send = async (key: string) => {
    const answer = await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })
    if (answer.status === 200) answered.push(key)
    if (answered.length === 60) first.child.kill('SIGKILL')
  }
  await Promise.allSettled(keys.map(send))
  await stop(first.child, 'SIGKILL')

  const second = await start()
  const again = userAt(second.url, 'ada', ada.cookie)
  const { attempts, effects } = await readLedger(second.url)
  const applied = effects.map(({ key }) => key)
  const clapsAfterKill = await clapsOf(again, 'p01')
  const repeats = await Promise.all(
    keys.map((key) => again.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })),
  )

  expect(answered.length).toBeGreaterThanOrEqual(60)
  expect(answered.length).toBeLessThan(300)
  expect(new Set(applied).size).toBe(applied.length)
  expect(applied).toEqual(expect.arrayContaining(answered))
  expect(clapsAfterKill).toBe(128 + applied.length)
  const arrived = attempts.filter(({ path }) => path === '/api/posts/p01/claps')
  expect(arrived.map(({ key }) => key)).toEqual(expect.arrayContaining(applied))
  for (const { status } of arrived) expect([200, 'dropped']).toContain(status)
  expect(repeats.map(({ status }) => status)).toEqual(keys.map(() => 200))
  expect(await clapsOf(again, 'p01')).toBe(128 + 300)
  expect((await readLedger(second.url)).effects).toHaveLength(300)
  // Hundreds of durable commits take a minute where others write to the same disk.
})

test('keeps forgotten keys forgotten after a restart', async () => {
  const first = await start()
  const ada = await signIn(first.url, 'ada')
  const key = randomUUID()
  await ada.send('POST', '/api/posts/p01/claps', { by: 1 }, { key })
  await putFaults(first.url, [{ match: {}, kind: 'forget-keys' }])
  await stop(first.child, 'SIGTERM')

  const second = await start()
  const answer = await userAt(second.url, 'ada', ada.cookie).send(
    'POST',
    '/api/posts/p01/claps',
    { by: 1 },
    { key },
  )

  expect(await problemTypeOf(answer)).toBe('urn:redux-broker:problem:key-expired')
  expect((await readLedger(second.url)).effects).toHaveLength(1)
})

test.each(['SIGTERM', 'SIGINT'] as const)('closes on %s, also with a request in hand', async (signal) => {
  const { url, child } = await start()
  const ada = await signIn(url, 'ada')
  await putFaults(url, [{ match: { path: '/api/me' }, kind: 'delay', ms: 60_000 }])
  const sent = ada.get('/api/me').catch(() => 'broken off')
  await vi.waitFor(async () => expect((await readLedger(url)).attempts).toHaveLength(2))

  const code = await stop(child, signal)

  expect(code).toBe(0)
  expect(await sent).toBe('broken off')
  expect(await readdir(folder)).not.toContain('demo.db-wal')
})

test.each<[NodeJS.ProcessEnv, number]>([
  [{ FAULTS: '0' }, 404],
  [{ NODE_ENV: 'production' }, 404],
  [{ NODE_ENV: 'production', FAULTS: '' }, 404],
  [{ NODE_ENV: 'production', FAULTS: '1' }, 200],
  [{ NODE_ENV: 'development' }, 200],
])('under %j a control is answered %i', async (environment, status) => {
  const { url } = await start(environment)

  expect((await fetch(`${url}/__test__/faults`)).status).toBe(status)
})

test('listens on PORT and PORT2, on both loopback addresses', async () => {
  const { url: probe, child } = await start()
  const port = Number(new URL(probe).port)
  await stop(child, 'SIGTERM')

  const { url } = await start({ PORT: String(port), PORT2: String(port + 1) })

  expect(url).toBe(`http://localhost:${port}`)
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    expect((await fetch(`http://${host}:${port}/api/me`)).status).toBe(401)
    expect((await fetch(`http://${host}:${port + 1}/api/me`)).status).toBe(401)
  }
})

test('says in one sentence that a port is taken or invalid', async () => {
  const { url } = await start()
  const { port } = new URL(url)
  const sentences = {
    [port]: `Port ${port} is taken: choose others with PORT and PORT2, as in \`PORT=4200 npm start\`.`,
    http: 'PORT: got "http", expected a port from 0 to 65535',
    70000: 'PORT: got "70000", expected a port from 0 to 65535',
  }
  for (const [PORT, sentence] of Object.entries(sentences)) {
    const { status, stderr } = spawnSync(process.execPath, [main], {
      env: { PORT, DATA_DIR: folder },
      encoding: 'utf8',
    })

    expect({ status, stderr }).toEqual({ status: 1, stderr: `${sentence}\n` })
  }
})
