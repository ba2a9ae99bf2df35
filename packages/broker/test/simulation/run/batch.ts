// Runs a batch of worlds and sums them up.
import { check } from '../check/check.js'
import type { Violation } from '../check/facts.js'
import { hashOf } from '../platform/random.js'
import type { Event, History } from '../world/history.js'
import { makePlan } from '../world/make-plan.js'
import { crashes, type Plan, userSteps } from '../world/plan.js'
import { type Product, runWorld } from '../world/world.js'

export interface Failure {
  readonly world: number
  readonly violations: readonly Violation[]
}

export interface Tally {
  readonly worlds: number
  readonly entries: readonly number[]
  readonly crashes: readonly number[]
  readonly faults: readonly number[]
  /** How often each kind of fault happened. */
  readonly byKind: Readonly<Record<string, number>>
  /** `state × fault`, and how often. */
  readonly coverage: Readonly<Record<string, number>>
  readonly failures: readonly Failure[]
  /** Differs where any history does. */
  readonly hash: number
}

/** The world of a number, under the seed of a run. */
export const planOf = (seed: number, world: number): Plan => makePlan(hashOf(`world ${world}`, seed))

export interface Outcome {
  readonly plan: Plan
  readonly history: History
  readonly violations: readonly Violation[]
}

/** Rejections that nobody handles come to light in the next task of the thread. */
export async function runOne(plan: Plan, product: Product): Promise<Outcome> {
  const rejections: unknown[] = []
  const hear = (reason: unknown) => void rejections.push(reason)
  process.on('unhandledRejection', hear)
  const history = await inTask(() => runWorld(plan, product))
  await inTask(() => {})
  process.off('unhandledRejection', hear)
  const unhandled = rejections.map((reason) => ({ promise: 'P13', text: `nobody handled ${String(reason)}` }))
  return { plan, history, violations: [...check(plan, history), ...unhandled] }
}

const inTask = <T>(work: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work())
      } catch (error) {
        reject(error)
      }
    })
  })

export async function runBatch(product: Product, seed: number, from: number, to: number): Promise<Tally> {
  const tallies: Tally[] = []
  for (let world = from; world < to; world++)
    tallies.push(tallyOf(world, await runOne(planOf(seed, world), product)))
  return sumOf(tallies)
}

function tallyOf(world: number, { history, violations }: Outcome): Tally {
  const { events } = history
  const faults = events.flatMap(faultOf)
  const crashed = faults.filter((kind) => (crashes as ReadonlySet<string>).has(kind)).length
  return {
    worlds: 1,
    entries: [events.filter(({ kind }) => kind === 'tapped').length],
    crashes: [crashed],
    faults: [faults.length - crashed],
    byKind: countOf(faults),
    coverage: countOf(history.coverage),
    failures: violations.length === 0 ? [] : [{ world, violations }],
    hash: history.hash,
  }
}

function faultOf(event: Event): readonly string[] {
  if (event.kind === 'step') return userSteps.has(event.step.kind) ? [] : [event.step.kind]
  if (event.kind === 'sent' || event.kind === 'asked') return event.fate === 'ok' ? [] : [event.fate]
  return []
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const add = (counts: readonly Readonly<Record<string, number>>[]) => {
    const sum: Record<string, number> = {}
    for (const count of counts)
      for (const [name, times] of Object.entries(count)) sum[name] = (sum[name] ?? 0) + times
    return sum
  }
  return {
    worlds: tallies.reduce((sum, { worlds }) => sum + worlds, 0),
    entries: tallies.flatMap(({ entries }) => entries),
    crashes: tallies.flatMap((tally) => tally.crashes),
    faults: tallies.flatMap(({ faults }) => faults),
    byKind: add(tallies.map(({ byKind }) => byKind)),
    coverage: add(tallies.map(({ coverage }) => coverage)),
    failures: tallies.flatMap(({ failures }) => failures).sort((a, b) => a.world - b.world),
    // The order of the batches does not count.
    hash: tallies.reduce((sum, { hash }) => (sum + hash) >>> 0, 0),
  }
}
