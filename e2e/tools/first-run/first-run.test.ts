// A newcomer's machine lacks something. Each tool names it in one sentence, without a stack.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const tool = (name: string) => fileURLToPath(new URL(name, import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'first-run-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stderr }
}

it.each(['check-node.js', 'check-ports.js', '../test.js'])(
  '%s names the version of Node that is too old',
  (name) => {
    const old = 'Object.defineProperty(process.versions, "node", { value: "20.18.3" })'

    expect(runNode(['--import', `data:text/javascript,${old}`, tool(name)])).toEqual({
      status: 1,
      stderr: 'redux-broker needs Node 20.19 or newer, and this is Node 20.18.3.\n',
    })
  },
)

it.each(['PORT', 'PORT2'])('check-ports names the port that is taken by another, as %s', async (name) => {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const taken = runNode([tool('check-ports.js')], { PORT: '1', PORT2: '2', [name]: `${port}` })
  server.close()

  expect(taken).toEqual({
    status: 1,
    stderr: `Port ${port} is taken: choose others with PORT and PORT2, as in \`PORT=4200 npm start\`.\n`,
  })
})

it('needChromium names the missing libraries of a Chromium that does not start, and the command to install them', () => {
  const chromium = join(folder, 'chromium')
  writeFileSync(
    chromium,
    '#!/bin/sh\necho "chromium: error while loading shared libraries: libglib-2.0.so.0: none" >&2\nexit 127\n',
  )
  chmodSync(chromium, 0o755)
  // No apt-get is in this PATH.
  symlinkSync(process.execPath, join(folder, 'node'))
  const code = `import { needChromium } from '${tool('install-browsers.js')}'
    try { needChromium() } catch (error) { console.error(error.message) }`

  const { stderr } = runNode(['--input-type=module', '--eval', code], {
    CHROMIUM_PATH: chromium,
    PATH: folder,
  })

  expect(stderr).toBe(
    `${chromium} does not start (error while loading shared libraries: libglib-2.0.so.0: none). ` +
      'Run `npx playwright install-deps chromium`, or set CHROMIUM_PATH to a browser that starts.\n',
  )
})
