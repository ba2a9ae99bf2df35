// Commands that an app may give to its user's outbox. Each is a function of its own, so that an app ships only those
// that it calls.

import { readLetters } from '../core/journal/outbox-changes.js'
import { pageRowsMax } from '../core/limits.js'
import {
  confirmEntry as confirmHeld,
  discardEntry as discardHeld,
  findUnresolved,
  requeueEntry as requeueHeld,
  type Unresolved,
} from '../core/outbox/dead-letters.js'
import {
  type DiscardSummary,
  discardOutbox as discardEverything,
  nothingDiscarded,
} from '../core/outbox/discard-all.js'
import { discardDamaged } from '../core/outbox/discard-rows.js'
import { changePartition } from '../core/outbox/partition.js'
import { isValidEntry } from '../core/outbox/row-validation.js'
import type { DeadLetter, EntryRow } from '../core/rows/entry.js'
import { keySpan } from '../core/rows/key-spans.js'
import type { StoreTransaction } from '../core/rows/store-port.js'
import { isText } from '../core/type-checks.js'
import { describe } from '../redux/describe.js'
import { isDevelopment } from '../redux/development.js'
import { type Broker, type Internals, internals } from './broker-types.js'

// biome-ignore lint/suspicious/noExplicitAny: the commands serve a broker of any state
type AnyOutboxBroker = Broker<any, any>

/**
 * A returned entry with all that is known of it. The letter says what it was, why it came back, and how often it was
 * sent.
 */
export type { DeadLetter, DiscardSummary }

/** An entry that waits, is being sent, or is in doubt, as it is stored. */
export type OutboxEntry = EntryRow

/** The dead letters of the present user, the oldest first. Empty while nobody is signed in. */
export function deadLetters(broker: AnyOutboxBroker): Promise<readonly DeadLetter[]> {
  return readOutbox(broker, readLetters, [])
}

/**
 * The first 200 unsettled entries of the present user, in the order of their acceptance. Entries that this release
 * cannot read are left out.
 */
export function outboxEntries(broker: AnyOutboxBroker): Promise<readonly OutboxEntry[]> {
  const first = async (tx: StoreTransaction, partition: string) =>
    (await tx.list(keySpan('entries', [partition]), pageRowsMax)).filter(isValidEntry)
  return readOutbox(broker, first, [])
}

/**
 * Sends a dead letter, or an entry in doubt, again, in its old place of its lane. It keeps its key where the server may
 * have acted on it, so that it takes effect once. After a refusal it has a new key, since the server would only repeat
 * its refusal. A `plain` server knows no keys: an entry in doubt may happen twice there.
 * `notFound`: it was retried or discarded already, perhaps in another tab.
 */
export function retry(broker: AnyOutboxBroker, entryId: string): Promise<'retried' | 'notFound'> {
  return withHeld(broker, entryId, async (tx, held, { randomSource, clock }) => {
    await requeueHeld(tx, held, randomSource.id(), clock.now())
    return 'retried'
  })
}

/**
 * Says that an entry in doubt did happen. Its optimistic change becomes confirmed state, and its lane goes on. Its
 * receipt settles as `deliveredWithoutAnswer`. `notFound`: it is no longer in doubt, perhaps by another tab's or the
 * server's word.
 */
export function markDelivered(broker: AnyOutboxBroker, entryId: string): Promise<'marked' | 'notFound'> {
  return withHeld(broker, entryId, async (tx, held, { clock }) => {
    if (held.state !== 'inDoubt') return 'notFound'
    await confirmHeld(tx, held, clock.now())
    return 'marked'
  })
}

/**
 * Gives up the whole outbox of the present user for good: entries in any state, on disk or not yet, and dead letters.
 * Receipts settle as `cancelled`. Requests that were sent may have arrived all the same: `uncertain` says how many.
 * @throws where the storage fails; entries that were given up until then stay so.
 */
export async function discardAll(broker: AnyOutboxBroker): Promise<DiscardSummary> {
  const inside = insideOf(broker)
  const owner = await inside?.user()
  if (inside === undefined || owner === undefined) return nothingDiscarded
  const { store, clock, bus } = inside.ports
  const captures = await inside.cancelCaptures()
  const options = { now: () => clock.now(), onProgress: () => bus.post('changed') }
  const { cancelled, ...rest } = await discardEverything(store, owner.partition, options)
  await inside.reads?.forget(owner.partition)
  return { cancelled: cancelled + captures, ...rest }
}

/**
 * A person has taken note of the work that this browser's storage lost. `state.broker.lost` is cleared, in all tabs.
 */
export async function acknowledgeLoss(broker: AnyOutboxBroker): Promise<void> {
  const inside = insideOf(broker)
  const owner = await inside?.user()
  if (inside === undefined || owner === undefined) return
  await inside.ports.store.transact('readwrite', 'strict', (tx) =>
    changePartition(tx, owner.partition, inside.ports.clock.now(), (row) => {
      delete row.lost
    }),
  )
  inside.changed()
}

/**
 * Gives a dead letter, an entry in doubt, or a damaged one, up for good. Its lane goes on. Takes an entry that was not
 * accepted out of the index. `notFound`: there is none, or a newer release made it and may still send it.
 */
export async function discard(broker: AnyOutboxBroker, entryId: string): Promise<'discarded' | 'notFound'> {
  const done = await withHeld(
    broker,
    entryId,
    async (tx, held, { clock }) => {
      await discardHeld(tx, held, clock.now())
      return 'discarded' as const
    },
    (tx, partition, { clock }) => discardDamaged(tx, partition, entryId, clock.now()),
  )
  if (done === 'notFound') insideOf(broker)?.dismiss(entryId)
  return done === 'kept' ? 'notFound' : done
}

/**
 * Takes an entry back while it is certain that nothing of it was sent, as `receipt.cancel()` does for its own. The entry
 * may be of another tab or of an earlier page. `tooLate`: it may have arrived. `notFound`: it has ended already.
 */
export async function cancel(
  broker: AnyOutboxBroker,
  entryId: string,
): Promise<'cancelled' | 'tooLate' | 'notFound'> {
  const inside = insideOf(broker)
  return isEntryId(entryId) && inside ? inside.cancel(entryId) : 'notFound'
}

/** @throws TypeError in development, where another copy of the package made the broker. */
function insideOf(broker: AnyOutboxBroker): Internals | undefined {
  if (isDevelopment && typeof broker?.[internals] !== 'function')
    throw new TypeError(
      `redux-broker: a command expects a broker, made by createBroker(); got ${describe(broker)}. ` +
        'If that is a broker, this page has two copies of the package. `npm ls redux-broker` shows them.',
    )
  return broker[internals]()
}

/** @throws TypeError in development, where it is no id. In production no entry has it. */
function isEntryId(entryId: unknown): boolean {
  const isId = isText(entryId)
  if (isDevelopment && !isId)
    throw new TypeError(
      `redux-broker: a command expects the id of an entry, which is a string; got ${describe(entryId)}. ` +
        'Pass the `id` of a receipt, of a row of deadLetters() or outboxEntries(), or a key of `state.broker.entries`.',
    )
  return isId
}

async function readOutbox<T>(
  broker: AnyOutboxBroker,
  work: (tx: StoreTransaction, partition: string) => Promise<T>,
  otherwise: T,
): Promise<T> {
  const inside = insideOf(broker)
  const owner = await inside?.user()
  if (inside === undefined || owner === undefined) return otherwise
  return inside.ports.store.transact('readonly', 'relaxed', (tx) => work(tx, owner.partition))
}

async function withHeld<T extends string>(
  broker: AnyOutboxBroker,
  entryId: string,
  work: (tx: StoreTransaction, held: Unresolved, ports: Internals['ports']) => Promise<T>,
  otherwise?: (tx: StoreTransaction, partition: string, ports: Internals['ports']) => Promise<T>,
): Promise<T | 'notFound'> {
  const inside = insideOf(broker)
  if (!isEntryId(entryId)) return 'notFound'
  const owner = await inside?.user()
  if (inside === undefined || owner === undefined) return 'notFound'
  const done = await inside.ports.store.transact('readwrite', 'strict', async (tx) => {
    const held = await findUnresolved(tx, owner.partition, entryId)
    if (held !== undefined) return work(tx, held, inside.ports)
    return (await otherwise?.(tx, owner.partition, inside.ports)) ?? 'notFound'
  })
  inside.changed()
  return done
}
