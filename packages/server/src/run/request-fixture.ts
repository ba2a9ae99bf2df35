// The parts that the tests of this package share. They are a request as the broker sends it, and a gate that holds a
// handler.

export const someKey = 'key-of-sixteen-or-more'

export interface RequestOptions {
  readonly method?: string
  readonly path?: string
  /** Unquoted. null sends no key. */
  readonly key?: string | null
  /** The user of the session, which the tests read from a header of its own. */
  readonly user?: string | null
  /** Idempotency-Principal. It is the user where it is not given, and null sends none. */
  readonly principal?: string | null
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function requestOf(options: RequestOptions = {}): Request {
  const { method = 'POST', path = '/claps', key = someKey, user = 'ada', principal = user } = options
  const headers = new Headers({ 'content-type': 'application/json', ...options.headers })
  if (key !== null) headers.set('idempotency-key', `"${key}"`)
  if (user !== null) headers.set('x-session', user)
  if (principal !== null) headers.set('idempotency-principal', principal)
  return new Request(`http://localhost${path}`, { method, headers, body: options.body ?? '{"by":1}' })
}

export const sessionUser = (request: Request): string | undefined =>
  request.headers.get('x-session') ?? undefined

/** A promise that the test resolves when it wants. */
export function createGate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
