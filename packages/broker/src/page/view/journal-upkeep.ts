// Maintains the journal while a page is open. It notes which rows were shown, removes their content later, and deletes
// rows that are too old.

import { journalGraceMs, levelAfterMs } from '../../core/limits.js'
import { tidyJournal } from '../../core/outbox/journal.js'
import { changePartition } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports/all-ports.js'

export interface JournalUpkeepContext {
  readonly ports: Ports
  readonly partition: string
  /** How much of what was shown a page that starts later has use for. */
  keepsShown(): number
}

export interface JournalUpkeep {
  /** The page has begun. */
  started(): void
  /** All up to this number is in the view. */
  shown(number: number): void
  stop(): void
}

/** How long what was shown may go unrecorded: a page killed in that time shows it again at its next start. */
const tellMs = 1_000
/** A page that stays open, with nothing to show, looks so often. */
const againMs = 3_600_000

export function createJournalUpkeep({ ports, partition, keepsShown }: JournalUpkeepContext): JournalUpkeep {
  const { store, clock, report } = ports
  let at = Number.POSITIVE_INFINITY
  let cancel = () => {}
  let shown = 0
  let cancelTelling: (() => void) | undefined

  /** In so long at the latest. */
  function within(ms: number): void {
    const due = clock.monotonic() + ms
    if (due >= at) return
    cancel()
    at = due
    cancel = clock.after(ms, () => {
      at = Number.POSITIVE_INFINITY
      tidy().then((isMore) => within(isMore ? journalGraceMs : againMs), report)
    })
  }

  async function tidy(): Promise<boolean> {
    const now = clock.now()
    let isMore = false
    await store.transact('readwrite', 'relaxed', (tx) =>
      changePartition(tx, partition, now, async (row) => {
        isMore = await tidyJournal(tx, row, { keep: keepsShown(), now })
      }),
    )
    return isMore
  }

  async function tell(): Promise<void> {
    cancelTelling = undefined
    await store.transact('readwrite', 'relaxed', (tx) =>
      changePartition(tx, partition, clock.now(), (row) => {
        row.told = Math.max(shown, row.told ?? 0)
      }),
    )
    within(journalGraceMs)
  }

  return {
    started: () => within(levelAfterMs),
    shown(number) {
      shown = number
      cancelTelling ??= clock.after(tellMs, () => void tell().catch(report))
    },
    stop() {
      at = Number.NEGATIVE_INFINITY
      cancel()
      cancelTelling?.()
    },
  }
}
