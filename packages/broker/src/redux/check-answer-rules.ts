// A programmer's mistakes in what is said of a server's answers, told at once. Left out of production builds.
import { isToken } from '../core/type-checks.js'
import { describe } from './describe.js'

type GivenRule = Readonly<Record<string, unknown>>

const isStatus = (value: unknown, from: number, to: number) =>
  Number.isInteger(value) && Number(value) >= from && Number(value) <= to
const isRuleList = (value: unknown, is: (one: unknown) => boolean) =>
  Array.isArray(value) && value.length > 0 && value.every(is)
const isRange = (value: unknown) =>
  /^[^/]+\/[^/]+$/.test(String(value)) && String(value).split('/').every(isToken)

/** @throws TypeError */
export function checkSuccess(where: string, success: unknown): void {
  if (success === undefined || success === 'json' || success === 'any2xx') return
  const { status, contentTypes, ...rest } = Object(success) as GivenRule
  const isDeclared =
    typeof success === 'object' &&
    (status ?? contentTypes) !== undefined &&
    Object.keys(rest).length === 0 &&
    (status === undefined || isRuleList(status, (one) => isStatus(one, 200, 299))) &&
    (contentTypes === undefined || isRuleList(contentTypes, isRange))
  if (isDeclared) return
  throw new TypeError(
    `${where} expects \`success\` to be 'json', 'any2xx', or an object such as { status: [200, 201] } or ` +
      `{ contentTypes: ['text/plain'] }, with statuses from 200 to 299; got ${describe(success)}.`,
  )
}

type StatusRange = readonly [from: number, to: number]

/** `span`: the statuses that such a mark can ever see. @throws TypeError */
export function checkMarks(where: string, name: string, marks: unknown, span: StatusRange): void {
  if (!isRuleList(marks, isMark))
    throw new TypeError(
      `${where} expects \`${name}\` to be like { path: '/errors' }, { header: 'x-csrf-error' }, { status: ${span[0]}, text: 'CSRF' } ` +
        `or { path: '/ok', value: false }, or a list of these; got ${describe(Array.isArray(marks) && marks.length === 1 ? marks[0] : marks)}.`,
    )
  for (const mark of marks as readonly GivenRule[]) checkReach(`${where} expects \`${name}\``, mark, span)
}

/** @throws TypeError where no answer could ever carry the mark. */
function checkReach(start: string, { status, header, value }: GivenRule, [from, to]: StatusRange): void {
  if (status !== undefined && !isStatus(status, from, to))
    throw new TypeError(`${start} to name a \`status\` from ${from} to ${to}; got ${describe(status)}.`)
  if (header !== undefined && !isToken(header))
    throw new TypeError(`${start} to name a valid \`header\`; got ${describe(header)}.`)
  if (header !== undefined && value !== undefined && typeof value !== 'string')
    throw new TypeError(
      `${start} to have a string as the \`value\` of the header ${header}, such as '${value}'; got ${describe(value)}.`,
    )
}

function isMark(mark: unknown): boolean {
  const { status, header, path, text, value, ...rest } = Object(mark) as GivenRule
  const isText = (part: unknown) => part === undefined || (typeof part === 'string' && part !== '')
  return (
    Object.keys(rest).length === 0 &&
    (status ?? header ?? path ?? text) !== undefined &&
    [header, path, text].every(isText) &&
    (value === undefined ||
      ((header ?? path) !== undefined && typeof value !== 'function' && Object(value) !== value))
  )
}

/** @throws TypeError */
export function checkSession(where: string, session: unknown): void {
  if (session === undefined) return
  const { endedBy, probeOn, csrf, ...rest } = Object(session) as GivenRule
  const isStatuses = (list: unknown) =>
    list === undefined || (Array.isArray(list) && list.every((one) => isStatus(one, 400, 499)))
  const [stranger] = Object.keys(rest)
  if (typeof session !== 'object' || stranger !== undefined || !isStatuses(endedBy) || !isStatuses(probeOn))
    throw new TypeError(
      `${where} expects \`session\` to be like { endedBy: [401, 419, 440], probeOn: [403], csrf: [{ status: 419 }] }, ` +
        `with statuses from 400 to 499; got ${describe(session)}.`,
    )
  if (csrf !== undefined && !(Array.isArray(csrf) && csrf.length === 0))
    checkMarks(where, 'session.csrf', csrf, [300, 599])
}
