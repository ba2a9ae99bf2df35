// A programmer's mistakes in the options of createBroker and of broker.optimistic, told at once. Left out of production
// builds.

import { defaultLimits, leaseMs } from '../core/limits.js'
import { type OriginOption, originNames } from '../core/network/allowed-origins.js'
import { isPrivate } from '../core/outbox/row-validation.js'
import { isBase } from '../core/rows/base-path.js'
import { isObject, isToken } from '../core/type-checks.js'
import { checkSession, checkSuccess } from '../redux/check-answer-rules.js'
import { functionOrNothing, oneOf, rejectOldNames, rejectUnknownKeys } from '../redux/check-route.js'
import { describe } from '../redux/describe.js'
import { routeOf } from '../redux/route.js'
import type { AnyRouted } from '../redux/types.js'
import type { World } from './broker-types.js'
import type { ReadPart } from './reads-port.js'

const knownOptions = [
  'reducerPath',
  'name',
  'base',
  'user',
  'prepareHeaders',
  'storedHeaders',
  'routes',
  'reads',
  'server',
  'success',
  'session',
  'onUnknownEffect',
  'knock',
  'origins',
  'sessionProbe',
  'statusQuery',
  'limits',
  'persist',
  'produce',
  'world',
]

/** @throws TypeError */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(
      `createBroker() expects options with \`user\` and \`routes\`; got ${describe(options)}.`,
    )
  const given = options as Record<string, unknown>
  rejectOldNames('createBroker()', given, { partition: 'user' })
  const stranger = Object.keys(given).find((name) => !knownOptions.includes(name))
  if (stranger !== undefined)
    throw new TypeError(
      `createBroker() knows no option \`${stranger}\`; it takes ${knownOptions.join(', ')}.`,
    )
  if (typeof given['user'] !== 'function')
    throw wrong(
      'user',
      'a function from the state to the user id, or undefined while signed out',
      given['user'],
    )
  for (const name of ['prepareHeaders', 'produce'])
    if (given[name] !== undefined && typeof given[name] !== 'function')
      throw wrong(name, 'a function', given[name])
  if (given['reads'] !== undefined && typeof (given['reads'] as ReadPart | null)?.begin !== 'function')
    throw wrong('reads', 'the result of reads()', given['reads'])
  for (const name of ['reducerPath', 'name', 'sessionProbe', 'statusQuery', 'knock'])
    if (given[name] !== undefined && (typeof given[name] !== 'string' || given[name] === ''))
      throw wrong(name, 'a string that is not empty', given[name])
  if (given['base'] !== undefined && !isBase(given['base']))
    throw wrong('base', "a path that begins and ends with '/', such as '/shop/'", given['base'])
  if (given['persist'] !== undefined && typeof given['persist'] !== 'boolean')
    throw wrong('persist', 'true or false', given['persist'])
  oneOf('createBroker()', 'server', given['server'], ['idempotent', 'plain'])
  checkSuccess('createBroker()', given['success'])
  checkSession('createBroker()', given['session'])
  oneOf('createBroker()', 'onUnknownEffect', given['onUnknownEffect'], ['ask', 'repeat'])
  checkRoutes(given['routes'])
  checkOrigins(given['origins'])
  checkStoredHeaders(given['storedHeaders'])
  checkQuestion('sessionProbe', '/api/me', given)
  checkQuestion('knock', '/api/health', given)
  checkQuestion('statusQuery', '/api/idempotency/:key', given)
  checkLimits(given['limits'])
}

/** @throws TypeError */
export function checkOptimistic(reducer: unknown, options: unknown): void {
  const where = 'broker.optimistic()'
  if (typeof reducer !== 'function')
    throw new TypeError(
      `${where} expects a reducer; got ${describe(reducer)}. Pass that of a slice: broker.optimistic(posts.reducer).`,
    )
  if (!isObject(options))
    throw new TypeError(
      `${where} expects options, such as { fromServer: postsLoaded.match }; got ${describe(options)}.`,
    )
  rejectOldNames(where, options, { truth: 'fromServer' })
  const { fromServer, ...rest } = options
  rejectUnknownKeys(where, rest, 'fromServer')
  functionOrNothing(where, 'fromServer', fromServer)
}

/** A URL that the broker itself asks. The app's credentials go with it, but for a knock. */
function checkQuestion(name: string, example: string, given: Record<string, unknown>): void {
  const url = given[name] as string | undefined
  if (url === undefined) return
  if (!URL.canParse(url, 'https://page.invalid') || (example.endsWith(':key') && !url.includes(':key')))
    throw wrong(name, `a URL, such as '${example}'`, url)
  const page = (given['world'] as Partial<World> | undefined)?.host?.baseUrl ?? globalThis.location?.href
  // On a server nobody knows the page's own origin.
  if (page === undefined) return
  const { origin, username, password } = new URL(url, page)
  const origins = originNames(given['origins'] as readonly OriginOption[] | undefined)
  if (![new URL(page).origin, ...origins].includes(origin) || username + password !== '')
    throw wrong(name, "a URL of the page's own origin or of one in `origins`, without credentials", url)
}

function checkRoutes(routes: unknown): void {
  if (!Array.isArray(routes)) throw wrong('routes', 'an array of routes, made by write() and read()', routes)
  const types = new Set<string>()
  for (const creator of routes as AnyRouted[]) {
    const route = typeof creator === 'function' ? routeOf(creator) : undefined
    if (route === undefined && isOfAnotherCopy(creator))
      throw new TypeError(
        `createBroker() got a route that another copy of redux-broker made: '${creator.type}'. ` +
          '`npm ls redux-broker` shows both copies. Keep one by `npm dedupe`, or by `resolve.dedupe` of the bundler.',
      )
    if (route === undefined)
      throw wrong(
        'routes',
        'routes: wrap a plain action creator in write(creator, { request }) or read(creator, { request })',
        creator,
      )
    if (types.has(route.type))
      throw new TypeError(`createBroker() got two routes for the action '${route.type}'; keep one of them.`)
    types.add(route.type)
  }
}

/** Its mark has the same name as ours, and is not ours. */
const isOfAnotherCopy = (creator: unknown): boolean =>
  typeof creator === 'function' &&
  Object.getOwnPropertySymbols(creator).some(({ description }) => description === 'redux-broker route')

function checkOrigins(origins: unknown): void {
  if (origins === undefined) return
  if (!Array.isArray(origins)) throw wrong('origins', "an array such as ['https://api.example.com']", origins)
  for (const option of origins as unknown[]) {
    const { origin, credentials, ...more } = Object(typeof option === 'string' ? { origin: option } : option)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw wrong(
        'origins',
        "whole origins without a path, such as 'https://api.example.com'",
        origin ?? option,
      )
    oneOf('createBroker()', 'credentials', credentials, ['include', 'same-origin'])
    if (Object.keys(more).length > 0)
      throw wrong('origins', 'objects with no more than `origin` and `credentials`', option)
  }
}

/** Each API has its own names for credentials. These words stand in most of them. */
const credentialLike =
  /token|secret|session|csrf|xsrf|passw|credential|cookie|jwt|bearer|(api|access)[-_]?key|\bauth\b|authenti|authoriz/i

function checkStoredHeaders(names: unknown): void {
  if (names === undefined) return
  if (!Array.isArray(names)) throw wrong('storedHeaders', "an array such as ['x-client-version']", names)
  for (const name of names as unknown[]) {
    if (!isToken(name)) throw wrong('storedHeaders', 'names of headers', name)
    if (isPrivate(name) || credentialLike.test(name))
      throw wrong(
        'storedHeaders',
        'names of headers without credentials, which `prepareHeaders` adds to each request',
        name,
      )
  }
}

function checkLimits(limits: unknown): void {
  if (limits === undefined) return
  if (typeof limits !== 'object' || limits === null) throw wrong('limits', 'an object', limits)
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in defaultLimits))
      throw new TypeError(
        `createBroker() knows no limit \`${name}\`; there are ${Object.keys(defaultLimits).join(', ')}.`,
      )
    if (typeof value !== 'number' || !(value >= 1)) throw wrong(`limits.${name}`, 'a number from 1', value)
  }
  const { attemptMs } = limits as { attemptMs?: number }
  if (attemptMs !== undefined && attemptMs >= leaseMs)
    throw wrong(
      'limits.attemptMs',
      `less than the lease of ${leaseMs} ms, or another executor would take the entry over`,
      attemptMs,
    )
}

const wrong = (name: string, expected: string, got: unknown) =>
  new TypeError(`createBroker() expects \`${name}\` to be ${expected}; got ${describe(got)}.`)
