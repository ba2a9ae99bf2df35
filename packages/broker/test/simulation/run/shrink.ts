// Makes a failing plan smaller, as long as it fails in the same way.
import type { Plan } from '../world/plan.js'
import type { Product } from '../world/world.js'
import { type Outcome, runOne } from './batch.js'

const triesMax = 600

/** Removes halves, quarters and single parts of the steps, then of the fates, until nothing more can go. */
export async function shrink(first: Outcome, product: Product): Promise<Outcome> {
  const promise = first.violations[0]?.promise
  let best = first
  let tries = 0

  async function attempt(plan: Plan): Promise<boolean> {
    if (tries++ > triesMax) return false
    const outcome = await runOne(plan, product)
    if (!outcome.violations.some((violation) => violation.promise === promise)) return false
    best = { ...outcome, violations: outcome.violations.filter((violation) => violation.promise === promise) }
    return true
  }

  async function shrinkList<T>(
    read: (plan: Plan) => readonly T[],
    write: (items: readonly T[]) => Partial<Plan>,
  ) {
    for (
      let size = Math.ceil(read(best.plan).length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    )
      for (let at = 0; at < read(best.plan).length; ) {
        const items = read(best.plan)
        const rest = [...items.slice(0, at), ...items.slice(at + size)]
        if (!(await attempt({ ...best.plan, ...write(rest) }))) at += size
      }
  }

  for (let before = -1; before !== tries && tries < triesMax; ) {
    const size = sizeOf(best.plan)
    await shrinkList(
      (plan) => plan.steps,
      (steps) => ({ steps }),
    )
    await shrinkList(
      (plan) => plan.fates,
      (fates) => ({ fates }),
    )
    for (const simpler of simplerThan(best.plan)) await attempt(simpler)
    before = sizeOf(best.plan) === size ? tries : before
  }
  return best
}

const sizeOf = ({ steps, fates }: Plan) => steps.length + fates.length

function simplerThan(plan: Plan): readonly Plan[] {
  return [
    { ...plan, hasWorker: false },
    { ...plan, hasMirror: false },
    { ...plan, hasMirror: false, hasNote: false },
    { ...plan, preparesHeaders: false },
    { ...plan, hasReads: false },
    { ...plan, tabs: 1 },
    { ...plan, tabs: Math.max(1, plan.tabs - 1) },
    { ...plan, users: plan.users.slice(0, 1) },
  ]
}
