// The latest outcomes that this page or an earlier one has shown. They are applied once more over state that is older
// than they are: a cached truth, and state that the app has kept.
import { outcomesMax } from '../../core/limits.js'
import {
  type BrokerAction,
  hasMark,
  isOutcome,
  type JournalPosition,
  type OutcomeAction,
  type PastOutcomes,
  readAtOf,
  withMark,
} from '../../redux/actions.js'

export interface RecentOutcomes {
  /** Call it for each action, before the store is told of it. */
  hear(action: BrokerAction | OutcomeAction): void
  /** The outcomes after a moment, as far back as they are remembered. */
  outcomesSince(at: number): readonly OutcomeAction[]
  /** Marks a truth that may be old with the outcomes that came after it. Other actions stay as they are. */
  dated(action: unknown): unknown
  /** Whether such truths come. */
  hasDated(): boolean
  /** Undefined until the page has begun. */
  past(): PastOutcomes | undefined
  clear(): void
}

export function createRecentOutcomes(): RecentOutcomes {
  let all: readonly OutcomeAction[] = []
  let told: JournalPosition | undefined
  let hasDated = false

  const outcomesSince = (at: number) => all.filter(({ meta }) => meta.broker.at > at)

  function begin({ told: before, outcomes }: PastOutcomes): void {
    const known = new Set(all.map(numberOf))
    all = [...outcomes.filter((one) => !known.has(numberOf(one))), ...all].slice(-outcomesMax)
    told = before
  }

  function add(outcome: OutcomeAction): void {
    all = [...all, outcome].slice(-outcomesMax)
    told = outcome.meta.broker.told ?? told
  }

  return {
    hear(action) {
      if (isOutcome(action)) {
        // A flood of refused captures would push out what the server has done.
        if (!action.meta.broker.unseen) add(action)
      } else {
        const ids = takenBackBy(action)
        if (ids.length > 0) all = all.filter(({ meta }) => !ids.includes(meta.entryId))
        if (action.type === 'redux-broker/restored' && action.payload.past) begin(action.payload.past)
      }
    },
    outcomesSince,
    dated(action) {
      const readAt = readAtOf(action)
      if (readAt === undefined || hasMark(action)) return action
      hasDated = true
      return withMark(action, { later: outcomesSince(readAt) })
    },
    hasDated: () => hasDated,
    past: () => told && { told, last: told.number, outcomes: all },
    clear() {
      all = []
      told = undefined
    },
  }
}

const numberOf = ({ meta }: OutcomeAction) => meta.broker.told?.number

/** The entries of which a command took an outcome back. */
function takenBackBy(action: BrokerAction): readonly string[] {
  if (action.type === 'redux-broker/discarded') return [action.payload]
  if (action.type === 'redux-broker/emptied') return action.payload
  // A retried one waits again.
  return action.type === 'redux-broker/restored' ? action.payload.entries.map(({ entryId }) => entryId) : []
}
