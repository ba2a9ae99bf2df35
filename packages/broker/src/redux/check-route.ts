// Checks what an app declares of a route. Its mistakes throw at once, as the code is loaded.
import { areTags } from '../core/reads/consistency/tags.js'
import { describe } from './describe.js'
import type { ActionCreator } from './types.js'

const circle =
  'It is undefined where the slice and the file of the routes import each other. ' +
  'Then make the action by createAction in the file of the routes.'

/** Checks the creators that a matcher is given. @throws TypeError */
export function checkCreators(matcher: string, creators: readonly unknown[]): void {
  const wrong = creators.findIndex(
    (creator) =>
      typeof creator !== 'function' || typeof (creator as Partial<ActionCreator>).type !== 'string',
  )
  if (creators.length > 0 && wrong < 0) return
  const [got, mending] =
    wrong < 0 ? ['none', `Name one at least, as in ${matcher}(liked).`] : [describe(creators[wrong]), circle]
  throw new TypeError(
    `${matcher}() expects action creators, made by write() or read(); got ${got}. ${mending}`,
  )
}

/** Checks the parts that all routes have. Gives the route's options, and its name for messages. */
export function checkRoute(
  what: 'read' | 'write',
  creator: unknown,
  options: unknown,
): { readonly where: string; readonly given: Readonly<Record<string, unknown>> } {
  const { type, match } = (typeof creator === 'function' ? creator : {}) as Partial<ActionCreator>
  if (typeof type !== 'string' || typeof match !== 'function') {
    throw new TypeError(
      `${what}() expects an action creator with a \`type\` and a \`match\`, made by createAction or createSlice; got ${describe(creator)}. ${circle}`,
    )
  }
  const where = `${what}(${type})`
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${where} expects options with a \`request\` function; got ${describe(options)}.`)
  const given = options as Record<string, unknown>
  if (typeof given['request'] !== 'function')
    throw new TypeError(
      `${where} expects \`request\`, a function from the payload to ${what === 'read' ? 'a URL or { url, headers }' : '{ url, method, body }'}; got ${describe(given['request'])}.`,
    )
  functionOrNothing(where, 'answer', given['answer'])
  tagsOrNothing(where, 'tags', given['tags'])
  return { where, given }
}

export function functionOrNothing(where: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(`${where} expects \`${name}\` to be a function; got ${describe(value)}.`)
}

export function tagsOrNothing(where: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  if (areTags(value)) return
  throw new TypeError(
    `${where} expects \`${name}\` to be a list of tags, such as 'posts' or { type: 'posts', id: 1 }, or a function that returns one; got ${describe(value)}.`,
  )
}

/** Tells of options that had another name in release 0.1.0, by their old names. @throws TypeError */
export function rejectOldNames(
  where: string,
  options: object,
  newNames: Readonly<Record<string, string>>,
): void {
  for (const [old, now] of Object.entries(newNames))
    if (old in options)
      throw new TypeError(`${where} got \`${old}\`, expected \`${now}\`: the option has a new name.`)
}

export function rejectUnknownKeys(where: string, rest: object, known: string): void {
  const [stranger] = Object.keys(rest)
  if (stranger !== undefined)
    throw new TypeError(`${where} knows no option \`${stranger}\`; it takes ${known}.`)
}

export function oneOf(where: string, name: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value as string))
    throw new TypeError(
      `${where} expects \`${name}\` to be ${allowed.map((one) => `'${one}'`).join(' or ')}; got ${describe(value)}.`,
    )
}
