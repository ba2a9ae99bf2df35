// Remembers how full the outbox was when it last refused a capture, and whether the storage fails. A flood that cannot
// be taken asks the storage for nothing.
import type { Limits } from '../../core/limits.js'
import type { Clock } from '../../core/platform.js'
import type { PartitionRow } from '../../core/rows/rows.js'
import { isDevelopment } from '../../redux/development.js'
import { CaptureRefusal, storageRefusal } from './capture-refusal.js'

interface MissingRoom {
  readonly entries: number
  readonly bytes: number
}

export interface FullOutbox {
  /** @throws CaptureRefusal where one more entry, beside those queued, is too many, or where the storage is broken. */
  checkEntries(queued: number): void
  /** @throws CaptureRefusal where so many bytes are too many. */
  checkBytes(bytes: number): void
  /** The refusal of captures that found no room in the outbox. `row` is the outbox as that transaction read it. */
  refusal(row: PartitionRow): CaptureRefusal
  /** Whether the refusal is one of those that a flood of captures meets. */
  isFlood(refusal: CaptureRefusal): boolean
  /** Call it where something may have left the outbox. */
  forget(): void
  /** Call it after each transaction of captures. With `failed` the storage took nothing. */
  tried(failed: boolean): void
}

/** How long the outbox is taken for full, or the storage for broken, before the storage is asked again. */
const believedMs = 1_000
/** A storage that failed once or twice may take the next capture. */
const failuresMax = 3

export function createFullOutbox(limits: Limits, clock: Pick<Clock, 'monotonic'>): FullOutbox {
  const { entriesMax, bytesMax } = limits
  // Made once, since an error with its stack is the slowest part of a refusal.
  const full = outboxFull(limits)
  const broken = storageRefusal(undefined)
  let known: MissingRoom | undefined
  let until = 0
  let failures = 0
  let brokenUntil = 0
  /** The most room that there can be. Without bounds where nothing is known. */
  const left = () => (known !== undefined && until > clock.monotonic() ? known : unbounded)

  return {
    checkEntries(queued) {
      // A circuit breaker. A storage that failed several times in a row is not asked for a while.
      if (brokenUntil > 0 && brokenUntil > clock.monotonic()) throw broken
      if (queued >= entriesMax || left().entries <= 0) throw full.entries
    },
    checkBytes(bytes) {
      if (bytes > left().bytes) throw full.bytes
    },
    refusal({ waiting, dead, bytes }) {
      known = { entries: entriesMax - waiting - dead, bytes: bytesMax - bytes }
      until = clock.monotonic() + believedMs
      return known.entries > 0 ? full.bytes : full.entries
    },
    isFlood: (refusal) => refusal === broken || Object.values(full).includes(refusal),
    forget() {
      known = undefined
    },
    tried(failed) {
      failures = failed ? failures + 1 : 0
      brokenUntil = failures >= failuresMax ? clock.monotonic() + believedMs : 0
    },
  }
}

const unbounded: MissingRoom = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

/** The refusals of a full outbox, by the bound that was met. */
const outboxFull = ({
  entriesMax,
  bytesMax,
}: Limits): Readonly<Record<keyof MissingRoom, CaptureRefusal>> => ({
  entries: new CaptureRefusal(
    'outboxFull',
    isDevelopment && `The outbox is full with ${entriesMax} entries (limits.entriesMax). ${mending}`,
  ),
  bytes: new CaptureRefusal(
    'outboxFull',
    isDevelopment &&
      `The outbox has no room for this write within ${bytesMax} bytes (limits.bytesMax). ${mending}`,
  ),
})

const mending =
  isDevelopment &&
  'Delivered entries leave it. Dead letters count until retry() or discard(). Tell the user, or raise the limit.'
