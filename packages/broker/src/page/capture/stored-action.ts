// An action as it is stored and shown again after a reload.
import type { StoredAction } from '../../core/rows/entry.js'
import { isDevelopment } from '../../redux/development.js'
import { refuseLost } from './capture-refusal.js'
import { storedCopy } from './plain-data.js'
import { type SizeLimits, tallyOf } from './size-limits.js'

/** The action and its bytes. @throws CaptureRefusal */
export function storedAction(action: StoredAction, limits: SizeLimits): [StoredAction, number] {
  const tally = tallyOf(isDevelopment && `The action ${action.type}`, limits)
  const stored = refuseLost(
    storedCopy,
    action,
    'action',
    tally,
    isDevelopment &&
      `The action ${action.type} has a value that cannot be stored. Keep its payload plain data`,
  )
  return [stored as StoredAction, tally.bytes]
}
