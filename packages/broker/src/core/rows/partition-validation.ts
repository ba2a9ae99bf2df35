// Decides whether a partition's row is what the broker itself could have written. Rows are not trusted, since a faulty
// disk or a script of the same origin may have changed them.

import {
  areNumbers,
  areTexts,
  isAmount,
  isCount,
  isFlag,
  isNumber,
  isObject,
  isText,
  type UncheckedRow,
} from '../type-checks.js'
import { areMarks } from './answer-rules.js'
import type { PartitionRow } from './rows.js'

type FieldCheck = (value: unknown) => boolean

/** The fields that every partition's row has, by kind. */
const requiredKinds: readonly (readonly [check: FieldCheck, fields: string])[] = [
  [isCount, 'nextSeq nextNumber waiting dead bytes session'],
  [areTexts, 'channels blockedLanes'],
]

/** The fields that a row may lack. */
const optionalKinds: typeof requiredKinds = [
  [isCount, 'claims wipes told wordless left steals'],
  [isAmount, 'journalBytes bytesMax askedAt'],
  [isText, 'home sessionProbe statusQuery knock'],
  [areTexts, 'stuckLanes needs proven'],
  [isFlag, 'owed'],
  [(paused) => paused === 'auth' || paused === 'principal', 'paused'],
  [
    (lost) => isObject(lost) && [lost['upTo'], lost['restored']].every(isCount) && isNumber(lost['at']),
    'lost',
  ],
  [(tried) => Array.isArray(tried) && tried.every(isTried), 'tried'],
  [areSessionRules, 'sessionRules'],
  [(unclear) => isObject(unclear) && isText(unclear['reason']), 'unclear'],
]

const isTried: FieldCheck = (tried) => isObject(tried) && isText(tried['id']) && isCount(tried['attempts'])

function areSessionRules(rules: unknown): boolean {
  return (
    isObject(rules) &&
    areNumbers(rules['endedBy'] ?? []) &&
    areNumbers(rules['probeOn'] ?? []) &&
    areMarks(rules['csrf'] ?? [])
  )
}

const namesIn = (
  row: UncheckedRow,
  all: typeof requiredKinds,
  isMet: (check: FieldCheck, value: unknown) => boolean,
) => all.flatMap(([check, fields]) => fields.split(' ').filter((field) => isMet(check, row[field])))

/** Whether a partition's row holds all that its executors and pages count with. */
export function isValidPartition(row: PartitionRow): boolean {
  const given = row as unknown as UncheckedRow
  const unsound = (check: FieldCheck, value: unknown) => !check(value)
  return (
    namesIn(given, requiredKinds, unsound).length === 0 &&
    namesIn(given, optionalKinds, (check, value) => value !== undefined && !check(value)).length === 0 &&
    isPast(row, row.told) &&
    isPast(row, row.wordless)
  )
}

/** Whether the journal has given this number already. */
const isPast = ({ nextNumber }: PartitionRow, number = 0) => number < nextNumber

/** The fields of a damaged row that are sound. */
export function validPartsOf(row: PartitionRow): Partial<PartitionRow> {
  const given = row as unknown as UncheckedRow
  const names = namesIn(given, [...requiredKinds, ...optionalKinds], (check, value) => check(value))
  return Object.fromEntries(names.map((name) => [name, given[name]]))
}
