// `npm run mutate -- FOLDER`: changes the sources of a folder in many small ways, and tells which changes no test
// notices. A file may be named instead of a folder, and lines of it as `FILE:10-20`.
import { availableParallelism } from 'node:os'
import { Stryker } from '@stryker-mutator/core'

const places = process.argv.slice(2)
const [first] = places
if (first === undefined) throw new Error('Name a folder: npm run mutate -- packages/broker/src/page/view')

const isTest = '**/*.{test,fixture,browser.test}.ts'
const sourcesOf = (/** @type {string} */ place) => (/\.ts(:|$)/.test(place) ? place : `${place}/**/*.ts`)

process.env['MUTATED'] = first
const name = first.replace(/^packages\/broker\/src\//, '').replaceAll(/\W+/g, '-')

await new Stryker({
  mutate: [...places.map(sourcesOf), `!${isTest}`, '!**/*-contract.ts', '!**/fixtures/**'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'e2e/tools/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  // What runs as a module is loaded would need all tests. What tests run too is tried by those.
  ignoreStatic: true,
  concurrency: Number(process.env['CONCURRENCY'] ?? Math.max(1, availableParallelism() - 1)),
  ignorePatterns: ['dist', '/demo-app', '/packages/server', 'test-results'],
  tempDirName: 'test-results/mutation/sandbox',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: `test-results/mutation/${name}.json` },
  incremental: true,
  incrementalFile: `test-results/mutation/${name}-known.json`,
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, allowEmojis: false },
  timeoutMS: 10_000,
}).runMutationTest()
