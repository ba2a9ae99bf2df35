// `npm test`: everything that holds this project, in order, and one closing line with the count over all of it.
// `npm test -- unit e2e` runs the named suites only.
import './first-run/check-node.js'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findFirefox } from './browsers.js'
import { needChromium } from './first-run/install-browsers.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const count = { passed: 0, failed: 0, skipped: 0 }

const isInstalled = (/** @type {string} */ name) => existsSync(`${root}/node_modules/${name}`)

const run = (/** @type {string} */ command) =>
  spawnSync(command, { cwd: root, stdio: 'inherit', shell: true }).status === 0

/** A command that passes or fails as one. */
function check(/** @type {string} */ name, /** @type {string} */ command) {
  const ok = run(command)
  count[ok ? 'passed' : 'failed'] += 1
  if (!ok) console.error(`FAILED: ${name}`)
}

/** Reads a suite's own report; a suite that left none has failed as a whole. */
function readReport(/** @type {string} */ file, /** @type {(report: any) => typeof count} */ read) {
  try {
    return read(JSON.parse(readFileSync(`${root}/${file}`, 'utf8')))
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function suite(
  /** @type {string} */ command,
  /** @type {string} */ report,
  /** @type {(report: any) => typeof count} */ read,
) {
  rmSync(`${root}/${report}`, { force: true })
  const ok = run(command)
  const { passed, failed, skipped } = readReport(report, read)
  count.passed += passed
  count.failed += ok ? failed : Math.max(failed, 1)
  count.skipped += skipped
}

const ofVitest = (/** @type {any} */ report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests + (report.success || report.numFailedTests > 0 ? 0 : 1),
  skipped: report.numPendingTests + report.numTodoTests,
})
const ofPlaywright = (/** @type {any} */ { stats, errors }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky + errors.length,
  skipped: stats.skipped,
})

const vitest = (/** @type {string} */ project) => () =>
  suite(
    `npx vitest run --project ${project} --reporter=default --reporter=json --outputFile.json=test-results/${project}.json`,
    `test-results/${project}.json`,
    ofVitest,
  )

/** @type {Record<string, () => void>} */
const suites = {
  types: () => {
    check('types of the tests of redux-broker', 'npx tsc -p packages/broker/tsconfig.test.json')
    check('types of the e2e tests', 'npx tsc -p e2e')
  },
  lint: () => {
    check('biome', 'npx biome ci .')
    check('knip', 'npx knip')
    check('borders', 'node e2e/tools/borders.js')
    check('shape', 'node e2e/tools/shape.js')
    check('prose', 'node e2e/tools/prose.js')
    check('links of the documents', 'node e2e/tools/documents/links.js')
    check('commands of the documents', 'node e2e/tools/documents/commands.js')
    check('publint of redux-broker', 'npx publint packages/broker --strict')
    check('publint of redux-broker-server', 'npx publint packages/server --strict')
  },
  size: () => check('sizes', 'node e2e/tools/sizes.js'),
  unit: () => {
    const mending = 'npm install --no-save better-sqlite3@12 gets it.'
    wantSecond('better-sqlite3', isInstalled('better-sqlite3'), 'CI_BETTER_SQLITE3', mending)
    vitest('node')()
  },
  browser: () => {
    needChromium()
    vitest('browser')()
  },
  e2e: () => {
    needChromium()
    wantSecond('Firefox', findFirefox() !== undefined, 'CI_FIREFOX', 'Set FIREFOX_PATH to one.')
    suite('npx playwright test --config e2e', 'e2e/test-results/report.json', ofPlaywright)
  },
}

/** A second opinion: a user's machine may lack it, the project's own CI may not. */
function wantSecond(
  /** @type {string} */ what,
  /** @type {boolean} */ isThere,
  /** @type {string} */ variable,
  /** @type {string} */ mending,
) {
  if (isThere) return
  count.skipped += 1
  if (process.env[variable] === 'required') count.failed += 1
  console.warn(`\n*** SKIPPED: no ${what} was found; its tests do not run. ${mending} ***\n`)
}

const wanted = process.argv.slice(2)
const stranger = wanted.find((name) => suites[name] === undefined)
if (stranger !== undefined)
  throw new Error(`There is no suite ${stranger}: name some of ${Object.keys(suites).join(', ')}.`)

check('build', 'npm run build')
for (const [name, runSuite] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n== ${name}`)
  try {
    runSuite()
  } catch (error) {
    count.failed += 1
    console.error(error instanceof Error ? error.message : error)
  }
}
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed === 0 ? 0 : 1
