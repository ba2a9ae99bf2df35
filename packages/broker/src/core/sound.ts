// Decides whether the rows beside the entries (counts, settings, origins) are what the broker itself could have written.
// Rows are not trusted: a faulty disk may have changed them, or a script of the same origin (SEC6).
import { areNumbers, areTexts, isCount, isFlag, isNumber, isRow, isText, type Row } from './is.js'
import type { OriginRow } from './origin.js'
import { areMarks } from './readable.js'
import type { PartitionRow } from './schema.js'

type Check = (value: unknown) => boolean

const isAmount: Check = (value) => typeof value === 'number' && value >= 0

/** The fields that every partition's row has, by kind. */
const kinds: readonly (readonly [check: Check, fields: string])[] = [
  [isCount, 'nextSeq nextNumber waiting dead bytes session'],
  [areTexts, 'channels blockedLanes'],
]

/** The fields that a row may lack. */
const optionalKinds: typeof kinds = [
  [isCount, 'claims wipes told wordless left steals'],
  [isAmount, 'journalBytes bytesMax'],
  [isText, 'home sessionProbe statusQuery knock'],
  [areTexts, 'stuckLanes needs'],
  [isFlag, 'owed'],
  [(paused) => paused === 'auth' || paused === 'principal', 'paused'],
  [(lost) => isRow(lost) && [lost['upTo'], lost['restored']].every(isCount) && isNumber(lost['at']), 'lost'],
  [(tried) => Array.isArray(tried) && tried.every(isTried), 'tried'],
  [areSessionRules, 'sessionRules'],
]

const isTried: Check = (tried) => isRow(tried) && isText(tried['id']) && isCount(tried['attempts'])

function areSessionRules(rules: unknown): boolean {
  return (
    isRow(rules) &&
    areNumbers(rules['endedBy'] ?? []) &&
    areNumbers(rules['probeOn'] ?? []) &&
    areMarks(rules['csrf'] ?? [])
  )
}

const namesIn = (row: Row, all: typeof kinds, isMet: (check: Check, value: unknown) => boolean) =>
  all.flatMap(([check, fields]) => fields.split(' ').filter((field) => isMet(check, row[field])))

/** Whether a partition's row holds all that its executors and pages count with. */
export function isSound(row: PartitionRow): boolean {
  const given = row as unknown as Row
  const unsound = (check: Check, value: unknown) => !check(value)
  return (
    namesIn(given, kinds, unsound).length === 0 &&
    namesIn(given, optionalKinds, (check, value) => value !== undefined && !check(value)).length === 0 &&
    isPast(row, row.told) &&
    isPast(row, row.wordless)
  )
}

/** Whether the journal has given this number already. */
const isPast = ({ nextNumber }: PartitionRow, number = 0) => number < nextNumber

/** The fields of a damaged row that are sound. */
export function soundPartsOf(row: PartitionRow): Partial<PartitionRow> {
  const given = row as unknown as Row
  const names = namesIn(given, [...kinds, ...optionalKinds], (check, value) => check(value))
  return Object.fromEntries(names.map((name) => [name, given[name]]))
}

/** Whether an origin's row may be reckoned with. */
export function isSoundOrigin(row: OriginRow): boolean {
  const { awayStreak, failedLanes, probedAt, rest, lastFailure, retentionMs } = row as unknown as Row
  return (
    isCount(awayStreak) &&
    areTexts(failedLanes) &&
    isNumber(probedAt) &&
    (rest === undefined || isRest(rest)) &&
    (lastFailure === undefined || isFailure(lastFailure)) &&
    (retentionMs === undefined || isAmount(retentionMs))
  )
}

const isFailure: Check = (failure) => isRow(failure) && isText(failure['reason']) && isNumber(failure['at'])

const isRest: Check = (rest) =>
  isRow(rest) && (rest['kind'] === 'away' || (isNumber(rest['until']) && isCount(rest['rounds'])))
