// The projects are the worlds in which the main job must hold: what each takes away is its name.
import {
  defineConfig,
  type PlaywrightTestOptions,
  type PlaywrightWorkerOptions,
  type Project,
} from '@playwright/test'
import type { World } from './fixtures/test.js'
import { findChromium, findFirefox } from './tools/browsers.js'

/** Recording each test takes a fifth of a run's time: `TRACE=1` has a trace and a picture of those that fail. */
const recording =
  process.env['TRACE'] === undefined
    ? {}
    : ({ screenshot: 'only-on-failure', trace: 'retain-on-failure' } as const)
const chromium = findChromium()
const firefox = findFirefox()

/** The lines that must hold wherever the outbox is: a tap offline, a lost answer, several tabs. */
const everywhere = ['offline-taps.spec.ts', 'lost-answers.spec.ts', 'four-tabs.spec.ts']

type Options = PlaywrightTestOptions & World
type InWorld = Project<Options, PlaywrightWorkerOptions>

const inChromium = (name: string, use: Partial<World>, testMatch?: string[]): InWorld => ({
  name,
  ...(testMatch && { testMatch }),
  use: { browserName: 'chromium', launchOptions: chromium ?? {}, ...use },
})

const inFirefox: InWorld = {
  name: 'firefox',
  testMatch: [
    ...everywhere,
    'one-refused.spec.ts',
    'right-user.spec.ts',
    'offline-reads.spec.ts',
    'writes-first.spec.ts',
    'server-kills.spec.ts',
    'storage-full.spec.ts',
    'loss-told.spec.ts',
    'set-ups.spec.ts',
    'bad-line.spec.ts',
    'two-apps.spec.ts',
    'next.spec.ts',
    ...(process.env['E2E_NEXT'] === undefined ? [] : ['back-ends.spec.ts']),
    'strict-page.spec.ts',
  ],
  grepInvert: /@only-chromium/,
  use: {
    browserName: 'firefox',
    ...(firefox?.channel && { channel: firefox.channel }),
    launchOptions: { ...(firefox && { executablePath: firefox.executablePath }) },
    cut: 'wire',
    without: 'sync',
  },
}

export default defineConfig<Options, PlaywrightWorkerOptions>({
  testDir: 'specs',
  // It needs a build that takes two minutes: `npm run e2e:next`.
  testIgnore: process.env['E2E_NEXT'] === undefined ? 'next.spec.ts' : [],
  outputDir: 'test-results',
  // Much of a run is waiting: for a lock, a backoff, a browser that starts.
  workers: 3,
  // Last resorts. A test waits for a state, and a busy machine takes its time to come to it.
  timeout: 300_000,
  expect: { timeout: 120_000 },
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  use: { locale: 'en-GB', ...recording },
  projects: [
    // Firefox takes longest to start. At the end of a run it would keep one worker busy, and the others idle.
    ...(firefox === undefined ? [] : [inFirefox]),
    inChromium('chromium', {}),
    inChromium('no-worker', { without: 'worker' }, everywhere),
    inChromium('no-sync', { without: 'sync' }, everywhere),
  ],
})
