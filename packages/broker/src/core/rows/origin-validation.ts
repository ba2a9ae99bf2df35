// Decides whether an origin's row is what the broker itself could have written. Rows are not trusted.
import { areTexts, isAmount, isCount, isNumber, isObject, isText, type UncheckedRow } from '../type-checks.js'
import type { OriginRow } from './rows.js'

/** Whether an origin's row may be reckoned with. */
export function isValidOrigin(row: OriginRow): boolean {
  const { awayStreak, failedLanes, probedAt, rest, lastFailure, retentionMs } = row as unknown as UncheckedRow
  return (
    isCount(awayStreak) &&
    areTexts(failedLanes) &&
    isNumber(probedAt) &&
    (rest === undefined || isCooldown(rest)) &&
    (lastFailure === undefined || isFailure(lastFailure)) &&
    (retentionMs === undefined || isAmount(retentionMs))
  )
}

const isFailure = (failure: unknown): boolean =>
  isObject(failure) && isText(failure['reason']) && isNumber(failure['at'])

const isCooldown = (rest: unknown): boolean =>
  isObject(rest) && (rest['kind'] === 'away' || (isNumber(rest['until']) && isCount(rest['rounds'])))
