// Decides which answers, and which parts of them, are kept for a repeat. Promise: no header is stored that is not on
// the list, and no body above the bound.
import { storedBodyBytesMax, storedHeaderBytesMax } from '../options/limits.js'

export type StoredBody =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The answer was too large to keep. A repeat gets status and headers, and reads the rest anew. */
  | { readonly kind: 'elided' }

/** The part of an answer that a store keeps, as plain data. */
export interface StoredAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: StoredBody
}

/** An answer of the handler, its body read to the end. */
export interface WholeAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly bytes: Uint8Array<ArrayBuffer>
}

// After these a client sends the same request with the same key again, as after a sign-in or a while. It would be
// answered by a stored one for ever, so they free the key. 419 and 440 mean an expired session.
const retriedStatuses: ReadonlySet<number> = new Set([401, 403, 408, 419, 423, 425, 429, 440])

/**
 * How the work of a handler ends, by the status of its answer. `seal` commits the effects with the answer. `refuse`
 * keeps the answer and undoes the effects. `release` undoes everything.
 */
export function endOf(status: number, commitRefusals: boolean): 'seal' | 'refuse' | 'release' {
  if (status >= 500 || retriedStatuses.has(status)) return 'release'
  return status < 400 || commitRefusals ? 'seal' : 'refuse'
}

// Without its content-encoding a stored body could not be read.
const headersAlwaysKept: readonly string[] = ['content-type', 'content-encoding', 'etag', 'location']

/**
 * Headers that go beyond their bound are left out, and the body with them.
 * @param alsoKept names of further headers to keep, in lower case
 */
export function storedAnswer(answer: WholeAnswer, alsoKept: readonly string[]): StoredAnswer {
  const headers: [string, string][] = []
  let headerBytes = 0
  let isCut = false
  for (const name of new Set([...headersAlwaysKept, ...alsoKept])) {
    const value = answer.headers.get(name)
    if (value === null) continue
    const bytes = name.length + value.length
    if (headerBytes + bytes > storedHeaderBytesMax) {
      isCut = true
    } else {
      headerBytes += bytes
      headers.push([name, value])
    }
  }
  const { status, bytes } = answer
  // A body is not kept without its headers, since it could not be read without its encoding.
  const isElided = isCut || bytes.length > storedBodyBytesMax
  return { status, headers, body: isElided ? { kind: 'elided' } : { kind: 'whole', bytes } }
}

/** The answer to a repeat. */
export function replayedResponse({ status, headers, body }: StoredAnswer): Response {
  const replayed = new Headers(headers.map(([name, value]): [string, string] => [name, value]))
  if (body.kind === 'elided') replayed.set('idempotency-body', 'elided')
  return newResponse(body.kind === 'whole' ? body.bytes : new Uint8Array(0), { status, headers: replayed })
}

/** A Response with these bytes, or without a body where there are none, as 204, 205 and 304 demand. */
export function newResponse(bytes: Uint8Array<ArrayBuffer>, init: ResponseInit): Response {
  return new Response(bytes.length === 0 ? null : bytes, init)
}
