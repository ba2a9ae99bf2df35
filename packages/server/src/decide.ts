// Decides what becomes of one request. Promise: who asks, the key, and whether the caller takes itself for the user
// of this session are checked in this order, before anything is looked up under the key (SC10).
import { fingerprintOf } from './fingerprint.js'
import type { Handler } from './handler.js'
import { readAnswer } from './handler-answer.js'
import type { KeyHeader } from './idempotency-key.js'
import { type IdempotencySettings, momentsOf } from './idempotency-options.js'
import { type Outcome, type Ran, type Refused, refused } from './outcome.js'
import { principalTagOf } from './principal-tag.js'
import { readBytes } from './read-bytes.js'
import { isFinal, storedAnswer, type WholeAnswer } from './stored-answer.js'
import { UsageError } from './usage-error.js'

export interface Call<Tx> {
  readonly request: Request
  readonly header: KeyHeader
  readonly handler: Handler<Tx>
}

/** Rejects where `principal`, the handler or the store does. */
export async function decide<Tx>(settings: IdempotencySettings<Tx>, call: Call<Tx>): Promise<Outcome> {
  const { request, header, handler } = call
  const principal = await settings.principal(request)
  if (principal === undefined || principal === '') return refused('unauthenticated')
  if (header.kind === 'invalid') return refused('key-invalid')
  if (header.kind === 'absent' && settings.key === 'required') return refused('key-required')
  const tag = request.headers.get('idempotency-principal')
  if (tag !== null && tag !== principalTagOf(principal)) return refused('principal-mismatch')
  if (tag === null && header.kind === 'valid' && settings.principalTag === 'required') {
    return refused('principal-required')
  }
  const body = await readRequest(request, settings.bodyBytesMax)
  if (body.kind === 'refused') return body
  const key = header.kind === 'valid' ? header.key : undefined
  const work = async (tx: Tx): Promise<WholeAnswer> => {
    const context = { tx, request: copyOf(request, body.bytes), key: key ?? '', principal }
    return readAnswer(await handler(context), settings.bodyBytesMax)
  }
  if (key === undefined) return runUnrecorded(settings, work)
  return runRecorded(
    settings,
    { id: { principal, key }, fingerprint: await fingerprintOf(request, body.bytes) },
    work,
  )
}

async function runRecorded<Tx>(
  settings: IdempotencySettings<Tx>,
  {
    id,
    fingerprint,
  }: { readonly id: { readonly principal: string; readonly key: string }; readonly fingerprint: string },
  work: (tx: Tx) => Promise<WholeAnswer>,
): Promise<Outcome> {
  const { store, retentionMs, replayedHeaders } = settings
  const moments = momentsOf(settings)
  const claim = { id, fingerprint, ...moments, expiresAt: moments.now + retentionMs }
  const claimed = await store.runOnce<Ran>(claim, async (tx) => {
    const answer = await work(tx)
    if (!isFinal(answer.status))
      return { kind: 'release', result: { kind: 'ran', answer, status: 'rejected' } }
    const stored = storedAnswer(answer, replayedHeaders)
    return { kind: 'seal', answer: stored, result: { kind: 'ran', answer, status: 'stored' } }
  })
  switch (claimed.kind) {
    case 'ran':
      return claimed.result
    case 'stored':
      if (claimed.fingerprint !== fingerprint) return refused('key-reused')
      return { kind: 'replayed', answer: claimed.answer }
    case 'expired':
      return refused(claimed.fingerprint === fingerprint ? 'key-expired' : 'key-reused')
    case 'inProgress':
      return refused('in-progress')
  }
}

/** Work without a key: the same rule of commit and undo, and nothing to repeat. */
async function runUnrecorded<Tx>(
  { store }: IdempotencySettings<Tx>,
  work: (tx: Tx) => Promise<WholeAnswer>,
): Promise<Ran> {
  let undone: WholeAnswer | undefined
  const committed = store.transaction(async (tx) => {
    const answer = await work(tx)
    if (isFinal(answer.status)) return answer
    undone = answer
    throw new Error('undo this transaction')
  })
  const answer = await committed.catch((error: unknown) => {
    if (undone === undefined) throw error
    return undone
  })
  return { kind: 'ran', answer, status: undefined }
}

type RequestBody = { readonly kind: 'read'; readonly bytes: Uint8Array<ArrayBuffer> } | Refused

async function readRequest(request: Request, bytesMax: number): Promise<RequestBody> {
  if (request.bodyUsed) {
    throw new UsageError(
      'got a request whose body was read already: give it to run() first, read it in the handler',
    )
  }
  // The caller, or something between, broke off: 408 says that it may repeat the request (RFC 9110 section 15.5.9).
  const bytes = await readBytes(request.body, bytesMax).catch(() => 'incomplete' as const)
  if (bytes === 'incomplete') return refused('body-incomplete')
  return bytes === undefined ? refused('body-too-large') : { kind: 'read', bytes }
}

/** Built from its parts, since a server's adapter may pass an object that only looks like a Request. */
function copyOf({ url, method, headers, signal }: Request, bytes: Uint8Array<ArrayBuffer>): Request {
  return new Request(url, { method, headers, signal, body: bytes.length === 0 ? null : bytes })
}
