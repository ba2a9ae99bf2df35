// Builds three releases of the Next app in a folder of its own, with the packed broker, as a new user has it. Its
// packages take 400 MB, so they are no part of the repository's install.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const nextFolder = join(tmpdir(), 'redux-broker-next')
export const nextReleases = [1, 2, 3]

const source = fileURLToPath(new URL('../set-ups/next', import.meta.url))
const broker = fileURLToPath(new URL('../../packages/broker', import.meta.url))

function run(/** @type {string} */ command, /** @type {string[]} */ args, cwd = nextFolder, env = {}) {
  execFileSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
  })
}

function build() {
  mkdirSync(nextFolder, { recursive: true })
  cpSync(join(source, 'package.json'), join(nextFolder, 'package.json'))
  // npm would keep an installed broker of the same name and version.
  for (const stale of ['node_modules/redux-broker', 'node_modules/.package-lock.json'])
    rmSync(join(nextFolder, stale), { recursive: true, force: true })
  run('npm', ['pack', '--silent', '--pack-destination', nextFolder], broker)
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--no-save',
    './redux-broker-0.1.0.tgz',
  ])
  for (const release of nextReleases) {
    const folder = join(nextFolder, `release-${release}`)
    rmSync(folder, { recursive: true, force: true })
    cpSync(source, folder, { recursive: true })
    run('npx', ['next', 'build', '--webpack'], folder, { RELEASE: `${release}` })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) build()
