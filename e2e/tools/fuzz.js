// Runs a million inputs over the borders, and some hundred worlds through a whole broker, by a seed that it prints.
import { spawnSync } from 'node:child_process'

const seed = process.env['SEED'] ?? String(Math.floor(Math.random() * 2 ** 32))
console.log(`SEED=${seed}`)
const { status } = spawnSync(
  'npx',
  [
    'vitest',
    'run',
    '--project',
    'node',
    'packages/broker/src/core/outbox/untrusted',
    'packages/broker/src/page/scenarios/untrusted',
    '--testTimeout',
    '1800000',
  ],
  { stdio: 'inherit', env: { FUZZ_RUNS: '84000', FUZZ_WORLDS: '800', ...process.env, SEED: seed } },
)
process.exit(status ?? 1)
