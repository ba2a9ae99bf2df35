// Steps that wait for a moment: they come some milliseconds after the next event of a kind. So faults meet what goes on.
import type { Scheduler } from '../platform/scheduler.js'
import type { Event } from './history.js'
import type { Moment } from './plan.js'

export interface Moments {
  wait(moment: Moment, work: () => void): void
  heard(event: Event): void
  /** From here on nothing waits any more. */
  clear(): void
}

export function createMoments(scheduler: Scheduler): Moments {
  const waiting = new Set<{ readonly moment: Moment; work(): void }>()
  const wait = (moment: Moment, work: () => void) => {
    const { then } = moment
    waiting.add({ moment, work: then === undefined ? work : () => wait(then, work) })
  }
  return {
    wait,
    heard(event) {
      for (const one of waiting) {
        if (!isMoment(one.moment, event)) continue
        waiting.delete(one)
        scheduler.after(one.moment.ms, one.work)
      }
    },
    clear: () => waiting.clear(),
  }
}

const isMoment = ({ event: kind, tab }: Moment, event: Event) => {
  if (event.kind === 'step') return event.step.kind === kind && 'tab' in event.step && event.step.tab === tab
  if (event.kind !== kind) return false
  return tab === undefined || ('realm' in event && event.realm.startsWith(`tab ${tab}.`))
}
