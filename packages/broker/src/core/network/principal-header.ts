// A user's id as a header carries it.

/**
 * Percent-encoded UTF-8: visible ASCII but `%` stays as it is; all else is encoded, blanks too. No two ids share a form.
 * redux-broker-server compares by the same rule.
 * @throws URIError where half of a surrogate pair stands alone: UTF-8 has no form for it.
 */
export const encodePrincipal = (id: string): string => id.replace(/[^!-$&-~]+/g, encodeURIComponent)
