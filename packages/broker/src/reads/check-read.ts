// A programmer's mistakes in the options of a read, told at once. Left out of production builds.
import { checkConditions } from '../core/conditions.js'
import { describe, noStranger, oneOf } from '../redux/route.js'

const durations = ['freshForMs', 'patienceMs', 'queueMs', 'wireMs']

/** @throws TypeError */
export function checkReadOptions(where: string, given: Readonly<Record<string, unknown>>): void {
  const { request: _request, answer: _answer, tags: _tags, priority, copy, when, meanwhile, ...rest } = given
  if (priority !== undefined && typeof priority !== 'function' && !isPriority(priority))
    throw new TypeError(
      `${where} expects \`priority\` to be a whole number from 1 to 9, or a function that gives one; got ${describe(priority)}.`,
    )
  oneOf(where, 'copy', copy, ['fallback', 'first', 'never'])
  oneOf(where, 'meanwhile', meanwhile, ['wait', 'copy'])
  if (when !== undefined) checkConditions(where, when)
  for (const name of durations) numberOrNothing(where, name, 'milliseconds', rest[name])
  const strangers = Object.fromEntries(Object.entries(rest).filter(([name]) => !durations.includes(name)))
  noStranger(
    where,
    strangers,
    `request, answer, tags, priority, copy, when, meanwhile, ${durations.join(', ')}`,
  )
}

/** @throws TypeError */
export function checkReadsOptions(options: object): void {
  const { userHeader, bytesMax, ageMsMax, ...rest } = options as Readonly<Record<string, unknown>>
  const where = 'reads()'
  if (userHeader !== undefined && (typeof userHeader !== 'string' || userHeader === ''))
    throw new TypeError(`${where} expects \`userHeader\` to be a header's name; got ${describe(userHeader)}.`)
  numberOrNothing(where, 'bytesMax', 'bytes', bytesMax)
  numberOrNothing(where, 'ageMsMax', 'milliseconds', ageMsMax)
  noStranger(where, rest, 'userHeader, bytesMax and ageMsMax')
}

function numberOrNothing(where: string, name: string, unit: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return
  throw new TypeError(`${where} expects \`${name}\` to be a number of ${unit}; got ${describe(value)}.`)
}

const isPriority = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 9
