// Tells which of two rows of one partition knows more, and so whether the database has lost something.

import type { PartitionRow } from '../rows/rows.js'
import type { Checkpoint } from './checkpoint.js'

/** Counts what happened to an outbox. It only grows. Of two rows of a partition the one with more progress is newer. */
const progress = ({ nextSeq, nextNumber, claims = 0 }: PartitionRow): number => nextSeq + nextNumber + claims

/** Whether a row has forgotten something that the witness knows of. */
export const isBehind = (row: PartitionRow, witness: PartitionRow): boolean =>
  progress(row) < progress(witness)

/** Whether a row has lost something, or is owed what lies in a copy that can be read now. */
export const isSuspect = (
  row: PartitionRow | undefined,
  known: PartitionRow,
  copied: Checkpoint | undefined,
): boolean => row === undefined || isBehind(row, known) || (row.owed === true && copied !== undefined)

/** The witness's rows of partitions that may have lost something. */
export const suspectsOf = (
  own: Checkpoint,
  witness: Checkpoint,
  copied: Checkpoint | undefined,
): readonly PartitionRow[] =>
  witness.partitions.filter((known) =>
    isSuspect(
      own.partitions.find(({ partition }) => partition === known.partition),
      known,
      copied,
    ),
  )
