// Remembers how full the outbox was when it last refused a capture, and whether the storage fails: a flood that cannot be
// taken asks the storage for nothing.
import type { Limits } from '../../core/limits.js'
import type { Clock } from '../../core/platform.js'
import type { PartitionRow } from '../../core/rows/rows.js'
import { isDevelopment } from '../../redux/development.js'
import { Refusal } from './refusal.js'

interface MissingRoom {
  readonly entries: number
  readonly bytes: number
}

export interface FullOutbox {
  /** Call it where a capture was refused. `row`: the outbox as that transaction read it. */
  note(row: PartitionRow): void
  /** Call it where something may have left the outbox. */
  forget(): void
  /** The most room that there can be; without bounds where nothing is known. */
  left(): MissingRoom
  /** Call it after each transaction of captures. `failed`: the storage took nothing. */
  tried(failed: boolean): void
  /** A circuit breaker: whether the storage failed several times in a row, so that it is not asked for a while. */
  isGone(): boolean
}

/** How long the outbox is taken for full, or the storage for broken, before the storage is asked again. */
const believedMs = 1_000
/** A storage that failed once or twice may take the next capture. */
const failuresMax = 3

export function createFullOutbox(
  { entriesMax, bytesMax }: Pick<Limits, 'entriesMax' | 'bytesMax'>,
  clock: Pick<Clock, 'monotonic'>,
): FullOutbox {
  let known: MissingRoom | undefined
  let until = 0
  let failures = 0
  let goneUntil = 0
  return {
    note({ waiting, dead, bytes }) {
      known = { entries: entriesMax - waiting - dead, bytes: bytesMax - bytes }
      until = clock.monotonic() + believedMs
    },
    forget() {
      known = undefined
    },
    tried(failed) {
      failures = failed ? failures + 1 : 0
      goneUntil = failures >= failuresMax ? clock.monotonic() + believedMs : 0
    },
    isGone: () => goneUntil > clock.monotonic(),
    left: () => (known !== undefined && until > clock.monotonic() ? known : unbounded),
  }
}

const unbounded: MissingRoom = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

/** The refusals of a full outbox, by the bound that was met. */
export const outboxFull = ({
  entriesMax,
  bytesMax,
}: Limits): Readonly<Record<keyof MissingRoom, Refusal>> => ({
  entries: new Refusal(
    'outboxFull',
    isDevelopment &&
      `The outbox holds ${entriesMax} entries, as many as it takes (limits.entriesMax). ${mending}`,
  ),
  bytes: new Refusal(
    'outboxFull',
    isDevelopment &&
      `The outbox has no room for it within its ${bytesMax} bytes (limits.bytesMax). ${mending}`,
  ),
})

const mending =
  isDevelopment &&
  'It empties as entries are delivered. Dead letters count until requeue() or discard(). Tell the user, or set the limit higher.'
