// Reads the Idempotency-Key header field, the one name under which a request may be repeated. Promise: a text outside
// our published format is never used for a look-up.

/** The key in the header field. `field` is the value as it came, for the echo. */
export type KeyHeader =
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'valid'; readonly key: string; readonly field: string }

// Two header fields reach Fetch as one value joined by ", ". Neither pattern admits a comma, so they are refused.
const quotedKey = /^"([A-Za-z0-9_-]{16,64})"$/
const bareKey = /^([A-Za-z0-9_-]{16,64})$/

/** Whether a text is a key of our format without its quotes, as it stands in a path. */
export function isKey(text: string): boolean {
  return bareKey.test(text)
}

/**
 * Reads a value of `Idempotency-Key`, which is an RFC 8941 string. It has 16 to 64 characters of `[A-Za-z0-9_-]` in
 * double quotes, without parameters (draft-ietf-httpapi-idempotency-key-header-07, section 2.1).
 * @param bareKeys accept the same characters without the quotes too, as many older clients send them
 */
export function parseIdempotencyKey(field: string | null, bareKeys: boolean): KeyHeader {
  if (field === null) return { kind: 'absent' }
  const key = (quotedKey.exec(field) ?? (bareKeys ? bareKey.exec(field) : null))?.[1]
  return key === undefined ? { kind: 'invalid' } : { kind: 'valid', key, field }
}
