// The user that a request claims for itself. Promise: no two principals have the same `Idempotency-Principal`.

/**
 * A principal as `Idempotency-Principal` carries it, in percent-encoded UTF-8. Visible ASCII but `%` stays as it is,
 * all else is encoded, blanks too. redux-broker sends it by the same rule. It is undefined for half of a surrogate
 * pair alone, for which UTF-8 has no form.
 */
export function principalTagOf(principal: string): string | undefined {
  try {
    return principal.replace(/[^!-$&-~]+/g, encodeURIComponent)
  } catch {
    return undefined
  }
}
