// A programmer's mistakes in the options of a read, told at once. Left out of production builds.
import { checkConditions } from '../../core/conditions/conditions.js'
import { isPriority } from '../../core/reads/priority.js'
import { oneOf, rejectOldNames, rejectUnknownKeys, tagsOrNothing } from '../../redux/check-route.js'
import { describe } from '../../redux/describe.js'

const durations = ['freshForMs', 'networkTimeoutMs', 'queueTimeoutMs', 'requestTimeoutMs']
const numberOptions = [...durations, 'retries']
const cacheModes = ['networkFirst', 'staleWhileRevalidate', 'networkOnly']
const newNames = {
  copy: 'cache',
  patienceMs: 'networkTimeoutMs',
  queueMs: 'queueTimeoutMs',
  wireMs: 'requestTimeoutMs',
  meanwhile: 'whileWaiting',
}

/** @throws TypeError */
export function checkReadOptions(where: string, given: Readonly<Record<string, unknown>>): void {
  const { request: _request, answer: _answer, tags: _tags, priority, ...behavior } = given
  if (priority !== undefined && typeof priority !== 'function' && !isPriority(priority))
    throw new TypeError(
      `${where} expects \`priority\` to be a whole number from 1 to 9, or a function that returns one; got ${describe(priority)}.`,
    )
  checkReadBehavior(where, behavior, 'request, answer, tags, priority')
}

/** @throws TypeError */
export function checkFetchOptions(where: string, options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where} expects options, such as { priority: 1 }; got ${describe(options)}.`)
  const { tags, signal, priority: _priority, ...behavior } = options as Readonly<Record<string, unknown>>
  for (const name of ['method', 'headers'])
    if (name in behavior)
      throw new TypeError(`${where} knows no option \`${name}\`; call it with new Request(url, { ${name} }).`)
  tagsOrNothing(where, 'tags', tags)
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.throwIfAborted !== 'function')
    throw new TypeError(`${where} expects \`signal\` to be an AbortSignal; got ${describe(signal)}.`)
  const { cache } = behavior
  oneOf(where, 'cache', cache, [...cacheModes, 'no-store'])
  checkReadBehavior(where, { ...behavior, cache: undefined }, 'signal, tags, priority')
}

function checkReadBehavior(
  where: string,
  behavior: Readonly<Record<string, unknown>>,
  besides: string,
): void {
  rejectOldNames(where, behavior, newNames)
  const { cache, when, whileWaiting, ...rest } = behavior
  oneOf(where, 'cache', cache, cacheModes)
  oneOf(where, 'whileWaiting', whileWaiting, ['wait', 'cached'])
  if (when !== undefined) checkConditions(where, when)
  for (const name of durations) numberOrNothing(where, name, 'milliseconds', rest[name])
  numberOrNothing(where, 'retries', 'repeats', rest['retries'])
  const strangers = Object.fromEntries(Object.entries(rest).filter(([name]) => !numberOptions.includes(name)))
  rejectUnknownKeys(where, strangers, `${besides}, cache, when, whileWaiting, ${numberOptions.join(', ')}`)
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
