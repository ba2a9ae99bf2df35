// Holds the promises against a history.
import type { History } from '../world/history.js'
import type { Plan } from '../world/plan.js'
import { checkConcurrency, checkEntriesMax } from './check-bounds.js'
import { checkCancelled, checkDiscarded } from './check-commands.js'
import {
  checkAcknowledged,
  checkDelivered,
  checkEffectOnce,
  checkEnded,
  checkNoLoss,
  checkReturned,
  checkTold,
} from './check-delivery.js'
import { checkLaneOrder, checkOneSender, checkPolite, checkRightUser, checkSignedOut } from './check-order.js'
import { checkFeed, checkFinalFeed, checkReadsEnd, checkShared } from './check-reads.js'
import { checkFinalView, checkQuiet, checkView } from './check-view.js'
import { type Facts, factsOf, type Violation } from './facts.js'

const checks: readonly ((facts: Facts) => readonly Violation[])[] = [
  checkNoLoss,
  checkEffectOnce,
  checkEnded,
  checkAcknowledged,
  checkReturned,
  checkTold,
  checkDelivered,
  checkLaneOrder,
  checkOneSender,
  checkRightUser,
  checkSignedOut,
  checkPolite,
  checkView,
  checkFinalView,
  checkQuiet,
  checkCancelled,
  checkDiscarded,
  checkFeed,
  checkFinalFeed,
  checkShared,
  checkReadsEnd,
  checkEntriesMax,
  checkConcurrency,
]

export function check(plan: Plan, history: History): readonly Violation[] {
  const facts = factsOf(plan, history)
  return checks.flatMap((one) => one(facts))
}
