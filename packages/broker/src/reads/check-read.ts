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
  for (const name of durations)
    if (rest[name] !== undefined && !(typeof rest[name] === 'number' && rest[name] >= 0))
      throw new TypeError(
        `${where} expects \`${name}\` to be a number of milliseconds; got ${describe(rest[name])}.`,
      )
  const strangers = Object.fromEntries(Object.entries(rest).filter(([name]) => !durations.includes(name)))
  noStranger(
    where,
    strangers,
    `request, answer, tags, priority, copy, when, meanwhile, ${durations.join(', ')}`,
  )
}

const isPriority = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 9
