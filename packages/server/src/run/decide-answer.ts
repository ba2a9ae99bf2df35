// Decides the answer to one request. Promise: three checks come before anything is looked up under the key. They are,
// in this order, the user, the key, and whether the caller takes itself for the user of this session.

import { endOf, storedAnswer, type WholeAnswer } from '../answer/stored-answer.js'
import { type IdempotencySettings, momentsOf } from '../options/idempotency-options.js'
import { UsageError } from '../options/usage-error.js'
import { type Bytes, streamOf } from '../request/body-blocks.js'
import { fingerprintOf, isSame } from '../request/fingerprint.js'
import type { KeyHeader } from '../request/idempotency-key.js'
import { principalTagOf } from '../request/principal-tag.js'
import { readRequestBody } from '../request/request-body.js'
import type { RecordId, Settlement } from '../store/store.js'
import { byDeadline, type Deadline, startDeadline } from './deadline.js'
import { withEither } from './either-signal.js'
import type { Handler } from './handler.js'
import { readAnswer } from './handler-answer.js'
import { type Outcome, type Ran, refused } from './outcome.js'
import { reportFailure } from './report-failure.js'

export interface Call<Tx> {
  readonly request: Request
  readonly header: KeyHeader
  readonly handler: Handler<Tx>
}

/** Rejects where `principal`, the handler or the store does, or does not end in time. */
export async function decideAnswer<Tx>(settings: IdempotencySettings<Tx>, call: Call<Tx>): Promise<Outcome> {
  const { request, header, handler } = call
  const principal = await byDeadline(settings.deadlineMs, 'principal', settings.principal(request))
  if (principal === undefined || principal === '') return refused('unauthenticated')
  if (header.kind === 'invalid') return refused('key-invalid')
  if (header.kind === 'absent' && settings.key === 'required') return refused('key-required')
  const tag = request.headers.get('idempotency-principal')
  if (tag !== null && tag !== principalTagOf(principal)) return refused('principal-mismatch')
  if (tag === null && header.kind === 'valid' && settings.principalTag === 'required') {
    return refused('principal-required')
  }
  if (request.bodyUsed) {
    throw new UsageError(
      'got a request whose body was read already. Give it to run() first, and read it in the handler',
    )
  }
  const { bodyBytesMax: bytesMax, bodyBudget: budget } = settings
  const body = await readRequestBody(request, { bytesMax, budget, user: principal })
  if (body.kind !== 'read') return refused(bodyProblems[body.kind])
  const { blocks } = body
  try {
    return await perform(settings, { request, handler, blocks, principal, header })
  } finally {
    body.release()
  }
}

// After a 408 the client may repeat the request (RFC 9110 section 15.5.9).
const bodyProblems = {
  incomplete: 'body-incomplete',
  tooLarge: 'body-too-large',
  overBudget: 'busy',
} as const

interface Checked<Tx> extends Call<Tx> {
  readonly principal: string
  readonly blocks: readonly Bytes[]
}

function perform<Tx>(settings: IdempotencySettings<Tx>, call: Checked<Tx>): Promise<Outcome> {
  const { request, header, handler, principal, blocks } = call
  const key = header.kind === 'valid' ? header.key : undefined
  const deadline = startDeadline(settings.deadlineMs)
  const work: Work<Tx> = (tx) =>
    deadline.hold(() =>
      withEither([deadline.signal, request.signal], async (signal) => {
        const context = { tx, request: copyOf(request, blocks, signal), key: key ?? '', principal, signal }
        const answer = await readAnswer(await handler(context), settings.bodyBytesMax, deadline.signal)
        return settlementOf(settings, answer)
      }),
    )
  const storing =
    key === undefined
      ? runUnrecorded(settings, principal, { work, deadline })
      : runRecorded(settings, call, { principal, key }, { work, deadline })
  return deadline.answer(storing, (error) => reportFailure(settings, request, error))
}

interface Timed<Tx> {
  readonly work: Work<Tx>
  readonly deadline: Deadline
}

type Work<Tx> = (tx: Tx) => Promise<Settlement<Ran>>

function settlementOf<Tx>(
  { replayedHeaders, commitRefusals }: IdempotencySettings<Tx>,
  answer: WholeAnswer,
): Settlement<Ran> {
  const kind = endOf(answer.status, commitRefusals)
  if (kind === 'release') return { kind, result: { kind: 'ran', answer, status: 'rejected' } }
  return {
    kind,
    answer: storedAnswer(answer, replayedHeaders),
    result: { kind: 'ran', answer, status: 'stored' },
  }
}

async function runRecorded<Tx>(
  settings: IdempotencySettings<Tx>,
  { request, blocks }: Checked<Tx>,
  id: RecordId,
  { work, deadline }: Timed<Tx>,
): Promise<Outcome> {
  const { store, retentionMs, keysPerPrincipalMax: recordsMax } = settings
  const moments = momentsOf(settings)
  const fingerprint = await fingerprintOf(request, blocks)
  const { signal } = deadline
  const waitMsMax = deadline.leftMs()
  const expiresAt = moments.now + retentionMs
  const claim = { id, fingerprint, ...moments, expiresAt, recordsMax, waitMsMax, signal }
  const claimed = await store.runOnce<Ran>(claim, work)
  switch (claimed.kind) {
    case 'ran':
      return claimed.result
    case 'stored':
      if (!isSame(claimed.fingerprint, fingerprint)) return refused('key-reused')
      return { kind: 'replayed', answer: claimed.answer }
    case 'expired':
      return refused(isSame(claimed.fingerprint, fingerprint) ? 'key-expired' : 'key-reused')
    case 'inProgress':
      return refused('in-progress')
    case 'full':
      return refused('too-many-keys', claimed.freeAt - moments.now)
  }
}

/** Work without a key, under the same rule of commit and undo, and with nothing to repeat. */
async function runUnrecorded<Tx>(
  { store }: IdempotencySettings<Tx>,
  principal: string,
  { work, deadline }: Timed<Tx>,
): Promise<Ran> {
  let undone: WholeAnswer | undefined
  const committed = store.transaction(
    async (tx) => {
      const { kind, result } = await work(tx)
      if (kind === 'seal') return result.answer
      undone = result.answer
      throw new Error('undo this transaction')
    },
    principal,
    deadline.leftMs(),
    deadline.signal,
  )
  const answer = await committed.catch((error: unknown) => {
    if (undone === undefined) throw error
    return undone
  })
  return { kind: 'ran', answer, status: undefined }
}

/** Built from its parts, since a server's adapter may pass an object that only looks like a Request. */
function copyOf({ url, method, headers }: Request, blocks: readonly Bytes[], signal: AbortSignal): Request {
  const body = blocks.length === 0 ? {} : { body: streamOf(blocks), duplex: 'half' as const }
  return new Request(url, { method, headers, signal, ...body })
}
