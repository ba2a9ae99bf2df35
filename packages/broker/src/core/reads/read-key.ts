// The key of a read. Reads of one key share one request.
import type { ReadRequest } from './read-types.js'

export interface KeyParts {
  /** The user of the answer, so that nobody gets another user's. Undefined while nobody is signed in. */
  readonly scope: string | undefined
  readonly request: ReadRequest
}

/** Equal for reads that any server answers alike. The order of the query's names and of the headers does not count. */
export function readKey({ scope: partition, request }: KeyParts): string {
  const { method, url, headers, redirect } = request
  const parts = [partition, method, canonicalUrl(url), [...headers].sort(byName)]
  return JSON.stringify(redirect === undefined ? parts : [...parts, redirect])
}

/** Values of one name stay in their order, which may have a meaning. */
function canonicalUrl(url: string): string {
  const [whole = ''] = url.split('#', 1)
  const at = whole.indexOf('?')
  if (at < 0) return whole
  const pairs = whole
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '')
  if (pairs.length === 0) return whole.slice(0, at)
  const named = pairs.map((pair) => [pair.split('=', 1)[0] ?? '', pair] as const)
  return `${whole.slice(0, at)}?${named
    .sort(byName)
    .map(([, pair]) => pair)
    .join('&')}`
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) =>
  a < b ? -1 : a > b ? 1 : 0
