// Entries for tests, as plain as they can be: a test names only what it is about.
import type { Capture } from './append.js'
import {
  type DeadLetter,
  type EntryCore,
  type EntryRow,
  entryVersion,
  type InDoubtEntry,
  type SendingEntry,
  toRow,
  type WaitingEntry,
} from './entry.js'

const core: EntryCore = {
  version: entryVersion,
  partition: 'p',
  seq: 1,
  id: 'id-1',
  key: 'key-1',
  lane: 'lane',
  channel: 'https://o.example',
  action: { type: 'liked', payload: { postId: '1' } },
  request: { url: 'https://o.example/like', method: 'POST', headers: [], body: undefined },
  server: 'plain',
  onReturned: 'skip',
  bytes: 10,
  acceptedAt: 0,
  attempts: 0,
  failures: 0,
  fence: 0,
  effect: 'none',
}

export const waitingEntry = (more: Partial<WaitingEntry> = {}): WaitingEntry => ({
  ...core,
  state: 'waiting',
  head: true,
  notBefore: 0,
  savedAt: 0,
  ...more,
})

/** As stored, with the columns of its indexes. */
export const waiting = (more: Partial<WaitingEntry> = {}): EntryRow => toRow(waitingEntry(more))

export const sendingEntry = (more: Partial<SendingEntry> = {}): SendingEntry => ({
  ...core,
  state: 'sending',
  attempts: 1,
  fence: 1,
  lease: { owner: 'me', session: 0, renewals: 0 },
  ...more,
})

export const inDoubtEntry = (more: Partial<InDoubtEntry> = {}): InDoubtEntry => ({
  ...core,
  state: 'inDoubt',
  attempts: 1,
  fence: 1,
  effect: 'unknown',
  ...more,
})

export const deadLetter = (more: Partial<DeadLetter> = {}): DeadLetter => ({
  ...core,
  state: 'dead',
  attempts: 1,
  fence: 1,
  reason: 'refused',
  httpStatus: 422,
  problem: undefined,
  returnedAt: 0,
  ...more,
})

export const capture = (id: string, more: Partial<Capture> = {}): Capture => {
  const { key: _key, lane, channel, action, request, server, onReturned, bytes } = core
  return { id, key: `key-${id}`, lane, channel, action, request, server, onReturned, bytes, ...more }
}
