// Decides whether this release may touch a row. Rows are not trusted. A newer release may have written them, or a faulty
// disk, or a script of the same origin (P11). A row that is not readable is left as it is, and its lane waits.

import { originOfUrl } from '../network/url-origin.js'
import { areMarks } from '../rows/answer-rules.js'
import { type DeadLetter, type EntryRow, entryVersion, indexColumns, type LiveEntry } from '../rows/entry.js'
import type { JournalRow } from '../rows/rows.js'
import {
  areNumbers,
  areTexts,
  isCount,
  isFlag,
  isNumber,
  isObject,
  isPairOfTexts,
  isText,
  isToken,
  type UncheckedRow,
} from '../type-checks.js'
import { originOf } from './delivery-requirements.js'

const all = (row: UncheckedRow, is: (value: unknown) => boolean, fields: readonly string[]) =>
  fields.every((field) => is(row[field]))

const numbers = ['version', 'seq', 'acceptedAt']
const counts = ['bytes', 'attempts', 'failures', 'fence']
const texts = ['partition', 'id', 'lane', 'channel']

/** Whether this release knows what the row says, and all that it needs of it is there. */
export function isValidEntry(row: EntryRow | DeadLetter): boolean {
  const given = row as unknown as UncheckedRow
  return (
    all(given, isNumber, numbers) &&
    all(given, isCount, counts) &&
    row.version <= entryVersion &&
    all(given, isText, texts) &&
    isHeaderValue(given['key']) &&
    isOneOf(given['server'], 'plain', 'idempotent') &&
    isOneOf(given['onReturned'], 'skip', 'block') &&
    isOneOf(given['effect'], 'none', 'unknown') &&
    isAction(given['action']) &&
    isStoredRequest(given['request'], row.channel) &&
    (given['repeatable'] === undefined || isFlag(given['repeatable'])) &&
    isSuccess(given['success'] ?? '') &&
    areMarks(given['refusedWhen'] ?? []) &&
    (given['trouble'] === undefined || isTrouble(given['trouble'])) &&
    (given['firstSentAt'] === undefined || isNumber(given['firstSentAt'])) &&
    isState(given)
  )
}

const isOneOf = (value: unknown, one: string, other: string) => value === one || value === other

const isHeaderValue = (key: unknown) => isText(key) && /^[ -~]+$/.test(key)

const isAction = (action: unknown) => isObject(action) && isText(action['type'])

/** Whether a capture could have made it. Nothing goes to an origin that the row's channel does not name. */
const isStoredRequest = (request: unknown, channel: string) =>
  isObject(request) &&
  isText(request['url']) &&
  originOfUrl(request['url']) === originOf(channel) &&
  request['url'].startsWith(`${originOf(channel)}/`) &&
  isMethod(request['method']) &&
  Array.isArray(request['headers']) &&
  request['headers'].every(isHeader) &&
  isBody(request['body'])

/** Any token of HTTP, as WebDAV's are, but those that change nothing and those that no page may send. */
export const isMethod = (method: unknown): method is string =>
  isToken(method) && !/^(get|head|connect|trace|track)$/i.test(method)

/** Names of credentials, and the broker's own. No release has ever stored them, and no app may have them stored. */
export const isPrivate = (name: string): boolean =>
  /^(authorization|cookie2?|set-cookie2?|proxy-.*|x-csrf.*|x-xsrf.*|idempotency-.*)$/i.test(name)

/** A header as a capture stores it, with a name in small letters and a trimmed value of Latin-1 on one line. */
const isHeader = (header: unknown) =>
  isPairOfTexts(header) &&
  isToken(header[0]) &&
  !/[A-Z]/.test(header[0]) &&
  !isPrivate(header[0]) &&
  /^([!-\u00ff]([\t -\u00ff]*[!-\u00ff])?)?$/.test(header[1])

const isBody = (body: unknown) => body === undefined || isText(body) || body instanceof ArrayBuffer

/** Success that would throw at the answer is not readable, since the answer would count as never asked for. */
const isSuccess = (success: unknown) =>
  isText(success) ||
  (isObject(success) && areNumbers(success['status'] ?? []) && areTexts(success['contentTypes'] ?? []))

const isTrouble = (trouble: unknown) =>
  isObject(trouble) &&
  isText(trouble['reason']) &&
  isNumber(trouble['at']) &&
  isCount(trouble['times']) &&
  Object.values(trouble['earlier'] ?? {}).every(isCount)

function isState(row: UncheckedRow): boolean {
  const { state, lease } = row as { readonly state?: unknown; readonly lease?: unknown }
  switch (state) {
    case 'waiting':
      return isFlag(row['head']) && all(row, isNumber, ['notBefore', 'savedAt']) && isIndexed(row)
    case 'sending':
      return (
        isObject(lease) &&
        isText(lease['owner']) &&
        all(lease, isCount, ['session', 'renewals']) &&
        isIndexed(row)
      )
    case 'dead':
      return isText(row['reason']) && isNumber(row['returnedAt']) && isCount(row['problemBytes'] ?? 0)
    default:
      return state === 'inDoubt' && isIndexed(row)
  }
}

/** Whether the columns of its indexes are its own. No executor would find it else. */
function isIndexed(row: UncheckedRow): boolean {
  const { dueAt, unsure } = indexColumns(row as unknown as LiveEntry)
  return row['dueAt'] === dueAt && row['unsure'] === unsure
}

/** Of the journal, what a page shows of it. */
export function isValidJournalRow(row: JournalRow): boolean {
  const given = row as unknown as UncheckedRow
  return (
    all(given, isText, ['kind', 'entryId', 'lane']) &&
    all(given, isNumber, ['at', 'seq', 'number']) &&
    isAction(row.action) &&
    areTexts(given['ids'] ?? []) &&
    isText(given['reason'] ?? '')
  )
}

/** The description of a row that is left as it is. */
export interface Quarantined {
  readonly id: string
  readonly lane: string
  readonly type: string
  /** A later release of the app reads a `newer` row. Nobody reads a `damaged` one. */
  readonly reason: 'newer' | 'damaged'
}

export function toQuarantined(row: EntryRow | DeadLetter): Quarantined {
  const { id, lane, seq, version, action } = row as Partial<EntryRow>
  return {
    id: isText(id) ? id : `unreadable-${seq}`,
    lane: isText(lane) ? lane : '',
    type: isAction(action) ? (action?.type ?? '') : '',
    reason: isNumber(version) && version > entryVersion ? 'newer' : 'damaged',
  }
}
