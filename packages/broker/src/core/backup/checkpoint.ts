// The ports of the backup. They give a small file with a checkpoint of the outboxes, and the state of the copies.
import type { PartitionRow, SaltRow } from '../rows/rows.js'

/** A record of the outboxes outside of the database, with its salts and the newest row of each partition. */
export interface Checkpoint {
  /** The salt of the first home. An earlier release knows no other. */
  readonly salt?: string | undefined
  /** The rows of all homes; missing in a note of such a release. */
  readonly salts?: readonly SaltRow[]
  readonly partitions: readonly PartitionRow[]
}

/** A small file beside the database, which dies of other causes. */
export interface CheckpointFile {
  /** Undefined where nothing was written yet. */
  read(): Promise<Checkpoint | undefined>
  /** Changes what is written, alone among all realms. Rejects where the file cannot be written. */
  change(change: (note: Checkpoint | undefined) => Checkpoint): Promise<void>
}

/** With `mirror` a second place has the unsent rows too. With `note` it has only their number. */
export type BackupKind = 'mirror' | 'note' | 'none'

export interface Backup {
  kind(): BackupKind
  /** Resolves when all that was committed before lies in the second place too; soon in any case, if it does not answer. */
  copied(): Promise<unknown>
}
