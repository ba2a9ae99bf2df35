// What stands between a page and an origin that it gets no answer from. A browser does not say; harmless questions tell.
// For development: each question that is refused stands in the browser's console.
import type { CredentialsOf } from '../core/origins.js'

export type Obstacle =
  | { readonly kind: 'nobodyThere' }
  | { readonly kind: 'originNotAllowed' }
  | { readonly kind: 'credentialsNotAllowed' }
  | { readonly kind: 'headersNotAllowed'; readonly names: readonly string[] }
  /** Or a header that was not asked about. */
  | { readonly kind: 'methodNotAllowed' }

/**
 * Each question is a HEAD, which changes nothing. `headers`: names that the requests carry. Undefined where the page's own
 * server is not reached either.
 */
export async function findObstacle(
  url: string,
  headers: readonly string[],
  credentials: ReturnType<CredentialsOf>,
): Promise<Obstacle | undefined> {
  if (!(await isAnswered(url, { mode: 'no-cors' })))
    return (await isAnswered('/', {})) ? { kind: 'nobodyThere' } : undefined
  if (!(await isAnswered(url, { credentials: 'omit' }))) return { kind: 'originNotAllowed' }
  if (!(await isAnswered(url, { credentials }))) return { kind: 'credentialsNotAllowed' }
  const names: string[] = []
  for (const name of headers)
    if (!(await isAnswered(url, { credentials, headers: { [name]: 'application/json' } }))) names.push(name)
  return names.length > 0 ? { kind: 'headersNotAllowed', names } : { kind: 'methodNotAllowed' }
}

/** Whether a HEAD gets an answer that this page may see, or any where it asks with `no-cors`. */
const isAnswered = (url: string, more: RequestInit): Promise<boolean> =>
  fetch(url, { method: 'HEAD', cache: 'no-store', ...more }).then(
    () => true,
    () => false,
  )
