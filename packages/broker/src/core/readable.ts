// Decides whether this release may touch a row. Rows are not trusted: a newer release may have written them, or a faulty
// disk, or a script of the same origin (P11, SEC6). A row that is not readable is left as it is, and its lane waits.
import { originOf } from './channel.js'
import { type DeadLetter, type EntryRow, entryVersion } from './entry.js'
import { isNumber, isPairOfTexts, isRow, isText, isToken, type Row } from './is.js'
import type { JournalRow } from './schema.js'

const isFlag = (value: unknown) => typeof value === 'boolean'

const all = (row: Row, is: (value: unknown) => boolean, fields: string) =>
  fields.split(' ').every((field) => is(row[field]))

/** Whether this release knows what the row says, and all that it needs of it is there. */
export function isReadable(row: EntryRow | DeadLetter): boolean {
  const given = row as unknown as Row
  return (
    all(given, isNumber, 'version seq bytes acceptedAt attempts failures fence') &&
    row.version <= entryVersion &&
    all(given, isText, 'partition id key lane channel server onReturned effect') &&
    isAction(given['action']) &&
    isRequest(given['request'], row.channel) &&
    (given['repeatable'] === undefined || isFlag(given['repeatable'])) &&
    isSuccess(given['success'] ?? '') &&
    areMarks(given['refusedWhen'] ?? []) &&
    (given['trouble'] === undefined || isTrouble(given['trouble'])) &&
    (given['firstSentAt'] === undefined || isNumber(given['firstSentAt'])) &&
    isState(given)
  )
}

const isAction = (action: unknown) => isRow(action) && isText(action['type'])

/** Whether a capture could have made it. Nothing goes to an origin that the row's channel does not name. */
const isRequest = (request: unknown, channel: string) =>
  isRow(request) &&
  isText(request['url']) &&
  request['url'].startsWith(`${originOf(channel)}/`) &&
  isMethod(request['method']) &&
  Array.isArray(request['headers']) &&
  request['headers'].every(isHeader) &&
  isBody(request['body'])

/** Any token of HTTP, as WebDAV's are, but those that change nothing and those that no page may send. */
export const isMethod = (method: unknown): method is string =>
  isToken(method) && !/^(get|head|connect|trace|track)$/i.test(method)

/** As `Headers` gives them: a name in small letters, a value of Latin-1 on one line, with no blank around it. */
const isHeader = (header: unknown) =>
  isPairOfTexts(header) &&
  /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(header[0]) &&
  /^[\t\u0020-\u00ff]*$/.test(header[1]) &&
  !/^[\t ]|[\t ]$/.test(header[1])

const isBody = (body: unknown) => body === undefined || isText(body) || body instanceof ArrayBuffer

/** Success that would throw at the answer is not readable: the answer would count as never asked for. */
const isSuccess = (success: unknown) =>
  isText(success) ||
  (isRow(success) && [success['status'] ?? [], success['contentTypes'] ?? []].every(Array.isArray))

const areMarks = (marks: unknown) =>
  Array.isArray(marks) &&
  marks.every((mark) => isRow(mark) && ['header', 'path', 'text'].every((part) => isText(mark[part] ?? '')))

const isTrouble = (trouble: unknown) =>
  isRow(trouble) && isText(trouble['reason']) && all(trouble, isNumber, 'at times')

function isState(row: Row): boolean {
  const { state, lease } = row as { readonly state?: unknown; readonly lease?: unknown }
  switch (state) {
    case 'waiting':
      return isFlag(row['head']) && all(row, isNumber, 'notBefore savedAt')
    case 'sending':
      return isRow(lease) && isText(lease['owner']) && all(lease, isNumber, 'session renewals')
    case 'dead':
      return isText(row['reason']) && isNumber(row['returnedAt']) && isNumber(row['problemBytes'] ?? 0)
    default:
      return state === 'inDoubt'
  }
}

/** Of the journal, what a page shows of it. */
export function isTold(row: JournalRow): boolean {
  const given = row as unknown as Row
  return all(given, isText, 'kind entryId lane') && all(given, isNumber, 'at seq') && isAction(row.action)
}

/** The description of a row that is left as it is. */
export interface Quarantined {
  readonly id: string
  readonly lane: string
  readonly type: string
  /** `newer`: a later release of the app reads it. `damaged`: nobody does. */
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
