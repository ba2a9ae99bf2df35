// The errors this package answers by itself, as problem details (RFC 9457). Promise: one stable `type` for each case,
// and no text that came from a request or from another user.
import { retryAfterSecondsMin } from '../options/limits.js'

export type ProblemName =
  | 'key-required'
  | 'key-invalid'
  | 'principal-required'
  | 'principal-mismatch'
  | 'unauthenticated'
  | 'in-progress'
  | 'key-reused'
  | 'key-expired'
  | 'body-incomplete'
  | 'body-too-large'
  | 'too-many-keys'
  | 'busy'
  | 'deadline'
  | 'failed'

interface Problem {
  readonly status: number
  readonly title: string
  /** The same request with the same key may succeed a moment later, so the answer carries `Retry-After`. */
  readonly passing?: true
}

const problems: Readonly<Record<ProblemName, Problem>> = {
  'key-required': { status: 400, title: 'This request needs an Idempotency-Key.' },
  'key-invalid': {
    status: 400,
    title: 'Idempotency-Key must be one quoted string of 16 to 64 letters, digits, "-" or "_".',
  },
  'principal-required': { status: 400, title: 'This request needs an Idempotency-Principal.' },
  'principal-mismatch': { status: 403, title: 'The session belongs to another user than the request names.' },
  unauthenticated: { status: 401, title: 'This request needs a signed-in user.' },
  'in-progress': { status: 409, title: 'A request with this key is being worked on.', passing: true },
  'key-reused': { status: 422, title: 'This key was used for another request.' },
  'key-expired': {
    status: 410,
    title: 'This key was used before. Its answer is no longer kept, and this request had no effect.',
  },
  'body-incomplete': { status: 408, title: 'The body of the request did not arrive completely.' },
  'body-too-large': { status: 413, title: 'The body of the request is too large.' },
  'too-many-keys': { status: 429, title: 'This user has too many unexpired records.', passing: true },
  busy: { status: 503, title: 'The server is busy, and the request had no effect.', passing: true },
  deadline: { status: 503, title: 'The request took too long and had no effect.', passing: true },
  failed: { status: 500, title: 'The request failed and had no effect. Its key can be used again.' },
}

/** The URI in `type` of the problem. It is stable, and to be compared as text (RFC 9457 section 3.1.1). */
export function problemType(name: ProblemName): string {
  return `urn:redux-broker:problem:${name}`
}

/** @param retryAfterMs for `Retry-After`, where the problem passes */
export function problemResponse(name: ProblemName, retryAfterMs = 0): Response {
  const { status, title, passing } = problems[name]
  const headers = new Headers({ 'content-type': 'application/problem+json' })
  if (passing) {
    headers.set('retry-after', String(Math.max(retryAfterSecondsMin, Math.ceil(retryAfterMs / 1000))))
  }
  // The server waits for the rest no longer (RFC 9110 section 15.5.9).
  if (name === 'body-incomplete') headers.set('connection', 'close')
  if (name === 'key-required') headers.set('link', `<${problemType(name)}>; rel="describedby"`)
  return new Response(JSON.stringify({ type: problemType(name), title, status }), { status, headers })
}
