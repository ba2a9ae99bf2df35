// Gets a Chromium where there is none that starts. Playwright's own is downloaded where it can be, else the system's
// is installed.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findChromium } from '../browsers.js'

const run = (/** @type {string} */ command, /** @type {string[]} */ args) =>
  spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0

const canUseApt = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0

/** Why no Chromium can be used, or undefined where the one that was found starts. */
function chromiumFault() {
  const found = findChromium()
  if (found === undefined)
    return 'No Chromium or Chrome was found. Run `npx playwright install chromium`, or set CHROMIUM_PATH to one.'
  const script = fileURLToPath(new URL('start-chromium.js', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  if (status === 0) return undefined
  const [reason = 'no reason is given'] = /error while loading [^\n]*/.exec(stderr) ?? stderr.split('\n')
  return (
    `${found.executablePath} does not start (${reason}). ` +
    'Run `npx playwright install-deps chromium`, or set CHROMIUM_PATH to a browser that starts.'
  )
}

/** @throws Error that says what to run */
export function needChromium() {
  let fault = chromiumFault()
  if (fault === undefined) return
  console.log('No Chromium that starts is here: getting one.')
  if (findChromium() === undefined && run('npx', ['playwright', 'install', 'chromium']))
    fault = chromiumFault()
  // The package brings the system libraries too, which Playwright's own Chromium lacks on a bare system.
  if (fault !== undefined && canUseApt()) {
    run('apt-get', ['update'])
    run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'])
    fault = chromiumFault()
  }
  if (fault !== undefined) throw new Error(fault)
}
