// Gets a Chromium where there is none: Playwright's own where it can be downloaded, else the system's package.
import { spawnSync } from 'node:child_process'
import { findChromium } from './browsers.js'

const run = (/** @type {string} */ command, /** @type {string[]} */ args) =>
  spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0

const canUseApt = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0

/** @throws Error that says what to run */
export function needChromium() {
  if (findChromium() !== undefined) return
  console.log('No Chromium here: getting one.')
  run('npx', ['playwright', 'install', 'chromium'])
  if (findChromium() === undefined && canUseApt()) {
    run('apt-get', ['update'])
    run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'])
  }
  if (findChromium() === undefined)
    throw new Error(
      'No Chromium or Chrome was found. Run `npx playwright install chromium`, or set CHROMIUM_PATH to one.',
    )
}
