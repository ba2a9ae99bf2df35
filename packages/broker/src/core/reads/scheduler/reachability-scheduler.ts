// A scheduler that notes the reachability of each origin, so that a write does not wait longer than needed.
import type { Reachability } from '../../network/reachability.js'
import type { Clock } from '../../platform.js'
import type { ReadEnd, Scheduler } from '../read-types.js'

export const withReachability = (
  scheduler: Scheduler,
  { clock, reachability }: { readonly clock: Clock; readonly reachability?: Reachability },
): Scheduler => ({
  ask(asked) {
    let sentAt = clock.monotonic()
    return scheduler.ask({
      ...asked,
      onSent(order) {
        sentAt = clock.monotonic()
        asked.onSent(order)
      },
      onEnd(end) {
        if (end.kind !== 'tooMany') reachability?.note(asked.request.url, sentAt, statusOfRead(end))
        asked.onEnd(end)
      },
    })
  },
  limit: (readsMax) => scheduler.limit(readsMax),
})

/** Of a redirect it cannot be seen. */
function statusOfRead(end: ReadEnd): number | undefined {
  if (end.kind === 'answer') return end.answer.status
  return end.kind === 'redirect' ? 0 : undefined
}
