// Finds the obstacle between a page and an origin that gives it no answer. A browser does not name it, so harmless
// questions find it out. For development only, since the browser's console shows each question that is refused.
import { knockMs } from '../../core/limits.js'
import type { CredentialsOf } from '../../core/network/allowed-origins.js'
import { originOfUrl } from '../../core/network/url-origin.js'

export type Obstacle =
  /** Nobody is there, or neither CORS nor the resource policy lets this page see an answer. A browser tells neither. */
  | { readonly kind: 'nothingSeen' }
  | { readonly kind: 'originNotAllowed' }
  | { readonly kind: 'credentialsNotAllowed' }
  | { readonly kind: 'headersNotAllowed'; readonly names: readonly string[] }
  /** Or a header that was not asked about. */
  | { readonly kind: 'methodNotAllowed' }
  | { readonly kind: 'knockNotAnswered' }

/**
 * Each question is a HEAD, which changes nothing. `headers`: names that the requests carry. `knock`: the URL of a knock
 * that got no answer, so that no request was sent. Gives undefined where the page's own server is not reached either, or
 * where the knock is answered by now.
 */
export async function findObstacle(
  url: string,
  headers: readonly string[],
  credentials: ReturnType<CredentialsOf>,
  knock?: string,
): Promise<Obstacle | undefined> {
  // A resource policy forbids what asks without CORS.
  if (!(await isAnswered(url, { credentials: 'omit' }))) {
    if (await isAnswered(url, { mode: 'no-cors' })) return { kind: 'originNotAllowed' }
    return (await isAnswered('/', {})) ? { kind: 'nothingSeen' } : undefined
  }
  if (!(await isAnswered(url, { credentials }))) return { kind: 'credentialsNotAllowed' }
  const names: string[] = []
  for (const name of headers)
    if (!(await isAnswered(url, { credentials, headers: { [name]: 'application/json' } }))) names.push(name)
  if (names.length > 0) return { kind: 'headersNotAllowed', names }
  if (knock === undefined) return { kind: 'methodNotAllowed' }
  const harmless = { credentials: 'omit', signal: AbortSignal.timeout(knockMs) } as const
  const isOpen =
    (await isAnswered(knock, { ...harmless, redirect: 'manual' })) ||
    (await isAnswered(knock, { ...harmless, mode: 'no-cors' })) ||
    (originOfUrl(url) !== location.origin && (await isAnswered(url, harmless)))
  return isOpen ? undefined : { kind: 'knockNotAnswered' }
}

/** Whether a HEAD gets an answer that this page may see, or any where it asks with `no-cors`. */
const isAnswered = (url: string, more: RequestInit): Promise<boolean> =>
  fetch(url, { method: 'HEAD', cache: 'no-store', ...more }).then(
    () => true,
    () => false,
  )
