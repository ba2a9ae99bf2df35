// Runs a million inputs over the borders, by a seed that it prints.
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
    '--testTimeout',
    '600000',
  ],
  { stdio: 'inherit', env: { ...process.env, SEED: seed, FUZZ_RUNS: '84000' } },
)
process.exit(status ?? 1)
