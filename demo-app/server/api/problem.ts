// Every refusal of the API, with one name each. They are RFC 9457 problem details under
// `urn:redux-broker-demo:problem:<name>`.

const problems = {
  'signed-out': { status: 401, title: 'Sign in first' },
  'cross-site': { status: 403, title: 'Only the demo’s own pages may change something' },
  'not-the-author': { status: 403, title: 'Only the author may do this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'precondition-failed': { status: 412, title: 'Someone changed it in the meantime' },
  'too-large': { status: 413, title: 'The body is too large' },
  'invalid-text': { status: 422, title: 'The text does not fit' },
  'invalid-claps': { status: 422, title: 'The number of claps does not fit' },
  'invalid-photo': { status: 422, title: 'This is not a photo' },
  'unknown-user': { status: 422, title: 'There is no such user' },
  'too-many-sign-ins': { status: 429, title: 'Too many sign-ins' },
  'invalid-faults': { status: 422, title: 'The fault rules do not fit' },
  'internal-error': { status: 500, title: 'The server failed' },
} as const

export type ProblemName = keyof typeof problems

/** The answer for a refusal. Its `detail` is a sentence that a person can act on. */
export function problem(name: ProblemName, detail: string, headers: Record<string, string> = {}): Response {
  const { status, title } = problems[name]
  return problemOf({ name, status, title, detail }, headers)
}

/** The answer of a `status` fault, in the shape of a refusal and with any status. */
export function injectedProblem(status: number, retryAfter: string | undefined): Response {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
  // A 204, 205 or 304 with a body is a programmer's mistake to `Response`, and these are the only ones.
  if ([204, 205, 304].includes(status)) return new Response(null, { status, headers })

  const title = 'A fault rule answers in place of the application'
  return problemOf({ name: 'injected-fault', status, title, detail: 'Nothing was applied.' }, headers)
}

interface Problem {
  readonly name: string
  readonly status: number
  readonly title: string
  readonly detail: string
}

function problemOf({ name, ...rest }: Problem, headers: Record<string, string> = {}): Response {
  const body = JSON.stringify({ type: `urn:redux-broker-demo:problem:${name}`, ...rest })
  return new Response(body, {
    status: rest.status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  })
}
