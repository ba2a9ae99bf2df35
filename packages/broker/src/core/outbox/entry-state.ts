// The only place where an entry changes its state, except after a loss of the storage (`core/backup`). A pair of state
// and event that is not written here is a bug of the broker and throws. The callers check the fence in the same
// transaction.
import {
  bytesAtMost,
  bytesOfEntry,
  type DeadLetter,
  type Effect,
  type Entry,
  type EntryCore,
  isUnsent,
  type LiveEntry,
  type SendingEntry,
  type Trouble,
  type WaitingEntry,
} from '../rows/entry.js'

export type EntryEvent =
  | { readonly type: 'promoted' }
  /** The clock went back, and the rest of its wait begins anew. */
  | { readonly type: 'rescheduled'; readonly notBefore: number; readonly now: number }
  | {
      readonly type: 'claimed'
      readonly owner: string
      readonly session: number
      readonly knocking?: boolean
      readonly now: number
    }
  | { readonly type: 'renewed' }
  /** The request has to wait after all, and nothing has left yet. */
  | { readonly type: 'held' }
  /** The request leaves. From here on it may have had effect. */
  | { readonly type: 'left' }
  | {
      readonly type: 'deferred'
      readonly notBefore: number
      readonly now: number
      /** Whether it counts against the maximum of failures. */
      readonly counts: boolean
      /** False where the request surely never left. The send is not counted then. */
      readonly sent: boolean
      readonly effect: Effect
      readonly trouble?: Trouble
    }
  | { readonly type: 'doubted'; readonly trouble: Trouble }
  | {
      readonly type: 'returned'
      readonly reason: string
      readonly httpStatus?: number | undefined
      readonly problem?: unknown
      readonly effect: Effect
      /** As of a deferral. */
      readonly sent: boolean
      readonly now: number
    }
  | { readonly type: 'delivered' }
  | { readonly type: 'confirmed' }
  | { readonly type: 'cancelled' }
  | { readonly type: 'discarded' }
  | {
      readonly type: 'requeued'
      readonly key: string
      readonly seq: number
      readonly head: boolean
      readonly now: number
    }

/** The entry after the event; undefined where it has ended. */
export function transition(entry: WaitingEntry, event: EntryEvent & { type: 'claimed' }): SendingEntry
export function transition(entry: LiveEntry, event: EntryEvent & { type: 'returned' }): DeadLetter
export function transition(entry: Entry, event: EntryEvent & { type: 'requeued' }): WaitingEntry
export function transition(
  entry: LiveEntry,
  event: EntryEvent & {
    type: 'promoted' | 'rescheduled' | 'renewed' | 'held' | 'left' | 'deferred' | 'doubted'
  },
): LiveEntry
export function transition(entry: Entry, event: EntryEvent): Entry | undefined
export function transition(entry: Entry, event: EntryEvent): Entry | undefined {
  if (event.type === 'cancelled' && entry.state !== 'dead' && isUnsent(entry)) return undefined
  switch (entry.state) {
    case 'waiting':
      return fromWaiting(entry, event)
    case 'sending':
      return fromSending(entry, event)
    case 'inDoubt':
      if (event.type === 'confirmed' || event.type === 'discarded') return undefined
      if (event.type === 'requeued') return toWaiting(entry, event)
      if (event.type === 'doubted') return { ...entry, trouble: event.trouble }
      // Its server knows nothing of it, so the age of its key begins anew.
      if (event.type === 'deferred')
        return { ...toDeferred(entry, event), head: false, firstSentAt: event.now }
      if (event.type === 'returned') return toDeadLetter(entry, event)
      break
    case 'dead':
      if (event.type === 'discarded') return undefined
      if (event.type === 'requeued') return toWaiting(entry, event)
  }
  throw illegal(entry, event)
}

function fromWaiting(entry: WaitingEntry, event: EntryEvent): Entry | undefined {
  if (event.type === 'promoted' && !entry.head) return { ...entry, head: true }
  if (event.type === 'rescheduled') return { ...entry, notBefore: event.notBefore, savedAt: event.now }
  const { head, notBefore: _notBefore, savedAt: _savedAt, ...core } = entry
  if (event.type === 'doubted' && head && entry.effect === 'unknown')
    return { ...core, state: 'inDoubt', trouble: event.trouble }
  if (event.type === 'claimed' && head) {
    return {
      ...core,
      state: 'sending',
      fence: entry.fence + 1,
      attempts: entry.attempts + 1,
      firstSentAt: (entry.effect === 'unknown' ? entry.firstSentAt : undefined) ?? event.now,
      lease: {
        owner: event.owner,
        session: event.session,
        renewals: 0,
        ...(event.knocking && { knocking: true }),
      },
    }
  }
  throw illegal(entry, event)
}

function fromSending(entry: SendingEntry, event: EntryEvent): Entry | undefined {
  const { lease, ...core } = entry
  switch (event.type) {
    case 'renewed':
      return { ...entry, lease: { ...lease, renewals: lease.renewals + 1 } }
    case 'held':
      return { ...entry, lease: { ...lease, knocking: true } }
    case 'left': {
      const { knocking: _over, ...sent } = lease
      return { ...entry, lease: sent }
    }
    case 'deferred':
      return toDeferred(core, event)
    case 'doubted':
      return { ...core, state: 'inDoubt', effect: 'unknown', trouble: event.trouble }
    case 'returned':
      return toDeadLetter(core, event)
    case 'delivered':
      return undefined
    default:
      throw illegal(entry, event)
  }
}

function toDeferred(core: EntryCore, event: EntryEvent & { type: 'deferred' }): WaitingEntry {
  // An unknown effect stays unknown until a repeat is answered. A later refusal says nothing of the first try.
  const effect = core.effect === 'unknown' ? core.effect : event.effect
  return {
    ...(effect === 'none' ? unsent(core) : core),
    ...(event.trouble && { trouble: event.trouble }),
    state: 'waiting',
    head: true,
    notBefore: event.notBefore,
    savedAt: event.now,
    attempts: core.attempts - (event.sent ? 0 : 1),
    failures: core.failures + (event.counts ? 1 : 0),
    effect,
  }
}

function toDeadLetter(core: EntryCore, event: EntryEvent & { type: 'returned' }): DeadLetter {
  const { httpStatus, problem, effect, sent, now } = event
  const attempts = core.attempts - (sent ? 0 : 1)
  // An invalid request says that nothing was ever sent.
  const wasSent = attempts > 0 || effect === 'unknown'
  const reason = event.reason === 'invalidRequest' && wasSent ? 'failuresMax' : event.reason
  const problemBytes = problem === undefined ? 0 : bytesAtMost(problem)
  return {
    ...core,
    state: 'dead',
    attempts,
    reason,
    httpStatus,
    problem,
    problemBytes,
    bytes: core.bytes + problemBytes,
    effect,
    returnedAt: now,
  }
}

function toWaiting(entry: Entry, { key, seq, head, now }: EntryEvent & { type: 'requeued' }): WaitingEntry {
  // The results of its sends are forgotten, and their number is not.
  const {
    trouble: _t,
    reason: _r,
    httpStatus: _h,
    problem: _p,
    problemBytes: _b,
    returnedAt: _at,
    ...core
  } = entry as DeadLetter
  const isRepeat = key === entry.key
  return {
    // A settled doubt decides about all that was before it. A letter's key may be forgotten meanwhile.
    ...(isRepeat && entry.state === 'dead' ? core : unsent(core)),
    state: 'waiting',
    bytes: bytesOfEntry(entry),
    seq,
    key,
    head,
    failures: 0,
    effect: isRepeat ? entry.effect : 'none',
    notBefore: now,
    savedAt: now,
  }
}

function unsent<E extends EntryCore>({ firstSentAt: _at, ...core }: E): Omit<E, 'firstSentAt'> {
  return core
}

const illegal = (entry: Entry, event: EntryEvent) =>
  new Error(`redux-broker has a bug: an entry that is ${entry.state} cannot be ${event.type}.`)
