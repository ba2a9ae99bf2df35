// The fault rules, parsed at the border and matched to requests by pure functions.
import { limits } from '../limits.js'
import { users } from '../storage/seed.js'

export interface FaultMatch {
  readonly method?: string
  /** A prefix that ends at a `/` or at the end. `/api/posts/p01` means `/api/posts/p01/like`, not `/api/posts/p012`. */
  readonly path?: string
}

/** The fault that happens to a matching request. */
export type FaultAct =
  /** Handled `ms` after it arrived, also where the client has left by then. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Handled when the rules are replaced, also where the client has left by then. */
  | { readonly kind: 'hold' }
  /** Answered with this status, with nothing applied. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string | number }
  /** The socket is destroyed, with nothing applied. */
  | { readonly kind: 'drop-before' }
  /** Applied and committed, then the socket is destroyed. */
  | { readonly kind: 'drop-after' }
  /** Applied and committed. The headers and half the body are sent, then the socket is destroyed. */
  | { readonly kind: 'cut-body' }
  /**
   * All stored keys expire at once when the rule is put, whatever its match. A match that names a method or a path
   * also makes them expire before each request that it matches. A rule can so follow another rule's attempt.
   */
  | { readonly kind: 'forget-keys' }
  /** The session of the request is this user's from now on, the request itself included. */
  | { readonly kind: 'switch-session'; readonly user: string }
  /** Never answered. The socket is destroyed when the rules are replaced. */
  | { readonly kind: 'stall' }
  /** A page with status 200, as a captive portal gives, with nothing applied. */
  | { readonly kind: 'html' }
  /** A 302 to an HTML sign-in page, with nothing applied. */
  | { readonly kind: 'login-redirect' }
  /** The session of the request ends before it is handled. */
  | { readonly kind: 'expire-session' }

export type FaultRule = FaultAct & {
  readonly match: FaultMatch
  /** How many requests the rule still means. Without it the rule means all. */
  readonly times?: number
}

export type ParsedRules =
  | { readonly ok: true; readonly rules: readonly FaultRule[] }
  | { readonly ok: false; readonly problem: string }

type Fields = Readonly<Record<string, unknown>>

/** Reads the body of `PUT /__test__/faults`. The problem names the rule and its mistake. */
export function parseFaultRules(body: unknown): ParsedRules {
  if (!Array.isArray(body))
    return { ok: false, problem: 'Send a JSON array of rules. An empty one ends all faults.' }
  if (body.length > limits.faultRulesMax) {
    return { ok: false, problem: `Got ${body.length} rules, expected at most ${limits.faultRulesMax}.` }
  }
  const rules: FaultRule[] = []
  for (const [index, entry] of body.entries()) {
    const rule = parseRule(entry)
    if (typeof rule === 'string') return { ok: false, problem: `Rule ${index + 1}: ${rule}` }
    rules.push(rule)
  }
  return { ok: true, rules }
}

/** Whether the rule means a request. The path comes without its query. */
export function matchesRequest({ match }: FaultRule, method: string, path: string): boolean {
  if (match.method !== undefined) {
    if (match.method !== method) return false
  } else if (method === 'OPTIONS') {
    // A preflight would use up the `times` of the request that it asks for.
    return false
  }
  if (match.path === undefined) return true
  if (!path.startsWith(match.path)) return false
  return match.path.endsWith('/') || path.length === match.path.length || path[match.path.length] === '/'
}

/** The rules after this one was used once more, without a rule that ran out. */
export function spendRule(rules: readonly FaultRule[], used: FaultRule): readonly FaultRule[] {
  if (used.times === undefined) return rules
  const times = used.times - 1
  return rules.flatMap((rule) => (rule !== used ? [rule] : times === 0 ? [] : [{ ...rule, times }]))
}

/** Whether the rule breaks a connection, which a browser would answer by resending on a reused one. */
export function breaksConnections({ kind }: FaultRule): boolean {
  return kind === 'drop-before' || kind === 'drop-after' || kind === 'cut-body'
}

function parseRule(entry: unknown): FaultRule | string {
  if (!isFields(entry)) return 'expected an object with match and kind.'
  const match = parseMatch(entry['match'])
  if (typeof match === 'string') return match
  const act = parseAct(entry)
  if (typeof act === 'string') return act
  const { times } = entry as { times?: unknown }
  if (times === undefined) return { match, ...act }
  if (!isWhole(times, 1, Number.MAX_SAFE_INTEGER))
    return 'times is a whole number from 1; leave it out for ever.'
  return { match, ...act, times }
}

function parseMatch(entry: unknown): FaultMatch | string {
  if (entry === undefined) return {}
  if (!isFields(entry)) return 'match is an object with method and path, both optional.'
  const { method, path } = entry as { method?: unknown; path?: unknown }
  if (method !== undefined && typeof method !== 'string') return 'match.method is a string.'
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    return 'match.path is a string that begins with "/".'
  }
  return {
    ...(method === undefined ? {} : { method: method.toUpperCase() }),
    ...(path === undefined ? {} : { path }),
  }
}

function parseAct(fields: Fields): FaultAct | string {
  const { kind, ms, user } = fields as { kind?: unknown; ms?: unknown; user?: unknown }
  switch (kind) {
    case 'delay':
      if (!isWhole(ms, 0, limits.faultDelayMsMax))
        return `ms is a whole number up to ${limits.faultDelayMsMax}.`
      return { kind, ms }
    case 'status':
      return parseStatus(fields)
    case 'switch-session': {
      const known = users.find(({ id }) => id === user)
      return known === undefined
        ? `user is one of ${users.map(({ id }) => id).join(', ')}.`
        : { kind, user: known.id }
    }
    case 'drop-before':
    case 'drop-after':
    case 'cut-body':
    case 'forget-keys':
    case 'hold':
    case 'stall':
    case 'html':
    case 'login-redirect':
    case 'expire-session':
      return { kind }
    default:
      return `there is no kind ${JSON.stringify(kind)}.`
  }
}

function parseStatus(fields: Fields): FaultAct | string {
  const { status, retryAfter } = fields as { status?: unknown; retryAfter?: unknown }
  if (!isWhole(status, 200, 599)) return 'status is a whole number from 200 to 599.'
  if (retryAfter === undefined) return { kind: 'status', status }
  if (
    typeof retryAfter === 'number' ||
    (typeof retryAfter === 'string' && /^[\x20-\x7e]*$/.test(retryAfter))
  ) {
    return { kind: 'status', status, retryAfter }
  }
  return 'retryAfter is a number of seconds, or the text of the header.'
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
