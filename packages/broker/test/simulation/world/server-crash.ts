// Crashes of the server's process. It dies in the middle of its work, is away for a time, and comes back with its store.
import type { Random } from '../platform/random.js'
import type { Away } from '../server/server-host.js'
import type { Acting } from './act.js'
import type { Step } from './plan.js'

export interface ServerCrash {
  readonly kind: 'killServer'
  /** It dies some of its own steps after this, so before an effect, or between an effect and its answer. */
  readonly steps: number
  /** How long it is away then. */
  readonly awayMs: number
  /** A caller gets no connection meanwhile, a gateway's answer, or no word at all. */
  readonly how: Away
}

export function addServerCrashes(steps: Step[], endMs: number, random: Random): void {
  if (!random.chance(0.25)) return
  const count = 1 + random.below(2)
  for (let i = 0; i < count; i++)
    steps.push({
      at: random.between(0, endMs),
      kind: 'killServer',
      steps: 1 + random.below(6),
      awayMs: random.pick([10, 500, 5_000, endMs / 4]),
      how: random.pick(['refused', 'refused', 'gateway', 'silent']),
    })
}

export function crashServer({ server }: Acting, { steps, awayMs, how }: ServerCrash): void {
  server.crashAfter(steps, awayMs, how)
}
