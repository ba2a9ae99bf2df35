// A programmer's mistakes in the options of a read, told at once. Left out of production builds.
import { checkConditions } from '../../core/conditions/conditions.js'
import { isPriority } from '../../core/reads/priority.js'
import { describe } from '../../redux/describe.js'
import { oneOf, rejectUnknownKeys, tagsOrNothing } from '../../redux/route.js'

const durations = ['freshForMs', 'patienceMs', 'queueMs', 'wireMs']
const numberOptions = [...durations, 'retries']

/** @throws TypeError */
export function checkReadOptions(where: string, given: Readonly<Record<string, unknown>>): void {
  const { request: _request, answer: _answer, tags: _tags, priority, ...wishes } = given
  if (priority !== undefined && typeof priority !== 'function' && !isPriority(priority))
    throw new TypeError(
      `${where} expects \`priority\` to be a whole number from 1 to 9, or a function that returns one; got ${describe(priority)}.`,
    )
  checkWishes(where, wishes, 'request, answer, tags, priority')
}

/** @throws TypeError */
export function checkFetchOptions(where: string, options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where} expects options, such as { priority: 1 }; got ${describe(options)}.`)
  const { tags, signal, priority: _priority, ...wishes } = options as Readonly<Record<string, unknown>>
  for (const name of ['method', 'headers'])
    if (name in wishes)
      throw new TypeError(`${where} knows no option \`${name}\`; call it with new Request(url, { ${name} }).`)
  tagsOrNothing(where, 'tags', tags)
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.throwIfAborted !== 'function')
    throw new TypeError(`${where} expects \`signal\` to be an AbortSignal; got ${describe(signal)}.`)
  checkWishes(where, wishes, 'signal, tags, priority')
}

function checkWishes(where: string, wishes: Readonly<Record<string, unknown>>, besides: string): void {
  const { copy, when, meanwhile, ...rest } = wishes
  oneOf(where, 'copy', copy, ['fallback', 'first', 'never'])
  oneOf(where, 'meanwhile', meanwhile, ['wait', 'copy'])
  if (when !== undefined) checkConditions(where, when)
  for (const name of durations) numberOrNothing(where, name, 'milliseconds', rest[name])
  numberOrNothing(where, 'retries', 'repeats', rest['retries'])
  const strangers = Object.fromEntries(Object.entries(rest).filter(([name]) => !numberOptions.includes(name)))
  rejectUnknownKeys(where, strangers, `${besides}, copy, when, meanwhile, ${numberOptions.join(', ')}`)
}

/** @throws TypeError */
export function checkReadsOptions(options: object): void {
  const { userHeader, bytesMax, ageMsMax, retries, ignoreHeaders, ...rest } = options as Readonly<
    Record<string, unknown>
  >
  const where = 'reads()'
  if (userHeader !== undefined && (typeof userHeader !== 'string' || userHeader === ''))
    throw new TypeError(
      `${where} expects \`userHeader\` to be the name of a header; got ${describe(userHeader)}.`,
    )
  if (ignoreHeaders !== undefined && !isListOfNames(ignoreHeaders))
    throw new TypeError(
      `${where} expects \`ignoreHeaders\` to be a list of header names; got ${describe(ignoreHeaders)}.`,
    )
  numberOrNothing(where, 'bytesMax', 'bytes', bytesMax)
  numberOrNothing(where, 'ageMsMax', 'milliseconds', ageMsMax)
  numberOrNothing(where, 'retries', 'repeats', retries)
  rejectUnknownKeys(where, rest, 'userHeader, bytesMax, ageMsMax, retries and ignoreHeaders')
}

function numberOrNothing(where: string, name: string, unit: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return
  throw new TypeError(`${where} expects \`${name}\` to be a number of ${unit}; got ${describe(value)}.`)
}

const isListOfNames = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
