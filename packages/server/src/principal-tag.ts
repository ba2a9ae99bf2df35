// Whom a request says that it is of. Promise: no two principals have the same `Idempotency-Principal`.

/**
 * A principal as `Idempotency-Principal` carries it, percent-encoded UTF-8: visible ASCII but `%` stays as it is, all else
 * is encoded, blanks too. redux-broker sends it by the same rule. Undefined where it holds half of a surrogate pair alone,
 * for which UTF-8 has no form.
 */
export function principalTagOf(principal: string): string | undefined {
  try {
    return principal.replace(/[^!-$&-~]+/g, encodeURIComponent)
  } catch {
    return undefined
  }
}
