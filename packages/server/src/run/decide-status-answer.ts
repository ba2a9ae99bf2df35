// Decides the answer to a status query. Promise: the user is known before anything is looked up, and the look-up is
// by that user's name. It is the same for a key of another user and for a key that nobody used.

import { type IdempotencySettings, momentsOf } from '../options/idempotency-options.js'
import { isKey } from '../request/idempotency-key.js'
import { principalTagOf } from '../request/principal-tag.js'
import type { Found } from '../store/store.js'
import { byDeadline } from './deadline.js'
import { type KeyState, type Outcome, refused } from './outcome.js'

/** Rejects where `principal` or the store does, or does not end in time. */
export async function decideStatusAnswer<Tx>(
  settings: IdempotencySettings<Tx>,
  request: Request,
  key: string,
): Promise<Outcome> {
  const { deadlineMs, store } = settings
  const principal = await byDeadline(deadlineMs, 'principal', settings.principal(request))
  if (principal === undefined || principal === '') return refused('unauthenticated')
  if (!isKey(key)) return refused('key-invalid')
  const tag = request.headers.get('idempotency-principal')
  if (tag !== null && tag !== principalTagOf(principal)) return refused('principal-mismatch')
  const found = await byDeadline(deadlineMs, 'find', store.find({ principal, key }, momentsOf(settings)))
  return { kind: 'told', state: stateOf(found) }
}

function stateOf(found: Found): KeyState {
  switch (found.kind) {
    case 'stored':
      return { state: 'done', status: found.answer.status }
    case 'inProgress':
      return { state: 'in-progress' }
    case 'expired':
      return { state: 'expired' }
    case 'absent':
      return { state: 'unknown' }
  }
}
