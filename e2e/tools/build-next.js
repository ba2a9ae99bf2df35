// Builds three releases of the Next app in a folder of its own, with the packed broker and its companion, as a new user
// has them. Their packages take 400 MB, so they are no part of the repository's install.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const nextFolder = join(tmpdir(), 'redux-broker-next')
export const nextReleases = [1, 2, 3]

const source = fileURLToPath(new URL('../set-ups/next', import.meta.url))
const packages = ['broker', 'server'].map((name) =>
  fileURLToPath(new URL(`../../packages/${name}`, import.meta.url)),
)
const readme = readFileSync(new URL('../../packages/server/README.md', import.meta.url), 'utf8')

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
  // npm would keep an installed package of the same name and version.
  for (const stale of ['redux-broker', 'redux-broker-server', '.package-lock.json'])
    rmSync(join(nextFolder, 'node_modules', stale), { recursive: true, force: true })
  for (const folder of packages) run('npm', ['pack', '--silent', '--pack-destination', nextFolder], folder)
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--no-save',
    './redux-broker-0.1.0.tgz',
    './redux-broker-server-0.1.0.tgz',
  ])
  for (const release of nextReleases) {
    const folder = join(nextFolder, `release-${release}`)
    rmSync(folder, { recursive: true, force: true })
    cpSync(source, folder, { recursive: true })
    writeRoute(folder)
    run('npx', ['next', 'build', '--webpack'], folder, { RELEASE: `${release}` })
  }
}

/** The companion's route handler, from its README's lines as printed, but for the file of the database. */
function writeRoute(/** @type {string} */ folder) {
  const beside = join(folder, 'app/api/posts/[id]/claps')
  mkdirSync(beside, { recursive: true })
  const claps = printed('claps in SQLite').replace("'app.db'", "process.env['CLAPS'] ?? 'app.db'")
  writeFileSync(join(beside, 'claps.ts'), claps)
  writeFileSync(join(beside, 'route.ts'), printed('Next, and all that takes a Request'))
}

/** The first block of code after the heading that ends so. */
function printed(/** @type {string} */ heading) {
  const [, code] = new RegExp(`^#.*${heading}\\n.*?\`\`\`ts\\n(.*?)\`\`\``, 'ms').exec(readme) ?? []
  if (code === undefined) throw new Error(`README.md has no code under "${heading}"`)
  return code
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) build()
