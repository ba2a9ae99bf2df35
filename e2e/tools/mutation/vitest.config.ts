// The unit tests of the broker as a mutant meets them, where each second counts. Only those of its layer run, without the
// slowest of other folders. A property has few runs, and most files share one realm.
import { configDefaults, defineConfig } from 'vitest/config'

const sources = 'packages/broker/src/'
/** The mutated folder, as `page/view`. */
const folder = (process.env['MUTATED'] ?? '').replace(sources, '')
const [layer] = folder.split('/')
const runsMax = 10

const shortProperties = {
  name: 'short-properties',
  transform: (code: string, id: string) =>
    id.endsWith('.test.ts') ? code.replace(/numRuns: [\d_]+/g, `numRuns: ${runsMax}`) : undefined,
}

/** They load modules anew, or test what is said once in a realm. */
const alone = [
  'page/development/*.test.ts',
  'page/capture/{bad-input,read-headers}.test.ts',
  'page/delivery/trusted-types.test.ts',
  'page/scenarios/no-secrets-stored.test.ts',
  'page/outbox-commands.test.ts',
]

/** They take longer than all others together. */
const slow = [
  'page/capture/{byte-size,captured-rows,flood,plain-data}.test.ts',
  'page/delivery/origin-health.test.ts',
  'page/scenarios/{bytes-on-disk,cancel-beside-a-knock,conditions,conditions-property,damaged-rows}.test.ts',
  'page/scenarios/{discard-damaged,failed-attempts,flood-of-one-user,half-open-session}.test.ts',
  'page/scenarios/{headers-without-network,kill-switch,long-queue,persisted-state,restart}.test.ts',
  'page/scenarios/{second-factor,sign-out-in-flight,site-data-cleared,unstorable-answers}.test.ts',
  'page/scenarios/{unstorable-answers-time,untrusted-world,expired-session,origin-trouble}.test.ts',
  'page/view/recent-outcomes.test.ts',
].filter((file) => !file.startsWith(folder))

/** They need a build. */
const built = ['page/scenarios/on-a-server.test.ts']

const inLayer = (files: readonly string[]) =>
  files.filter((file) => file.startsWith(`${layer}/`)).map((file) => sources + file)

export default defineConfig({
  test: {
    maxWorkers: 1,
    projects: [
      {
        plugins: [shortProperties],
        test: {
          name: 'one realm',
          isolate: false,
          testTimeout: 60_000,
          include: [process.env['TESTS'] ?? `${sources}${layer}/**/*.test.ts`],
          exclude: [
            ...configDefaults.exclude,
            '**/*.browser.test.ts',
            ...inLayer([...slow, ...alone, ...built]),
          ],
        },
      },
      {
        plugins: [shortProperties],
        test: { name: 'own realm', testTimeout: 60_000, include: process.env['TESTS'] ? [] : inLayer(alone) },
      },
    ],
  },
})
