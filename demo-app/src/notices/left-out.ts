// Words for changes that wait on this device and are not in the view. Numbers on the page leave them out.
import type { BrokerState } from 'redux-broker'

/** Undefined where nothing is left out, or all of it has a notice of its own. */
export function leftOut({
  notInView,
  entries,
}: Pick<BrokerState, 'notInView' | 'entries'>): string | undefined {
  const told = Object.values(entries).filter(({ state }) => state === 'quarantined').length
  const count = notInView - told
  if (count <= 0) return undefined
  return count === 1
    ? '1 change waits on this device and is not shown. Numbers on this page leave it out until it is delivered.'
    : `${count} changes wait on this device and are not shown. Numbers on this page leave them out until they are delivered.`
}
