// Steps of an outbox for tests of the backup. The device stands in its own fixture.
import { append, type Capture } from './append.js'
import { claim } from './claim.js'
import type { Device, Realm } from './device.fixture.js'
import { capture } from './entry.fixture.js'
import type { SendingEntry } from './entry.js'
import { readSalt } from './home.js'
import { defaultLimits } from './limits.js'
import type { Outcome } from './outcome.js'
import { activate, readPartition } from './partition.js'
import type { Store } from './ports.js'
import { within } from './schema.js'
import { settle } from './settle.js'

const chance = { random: () => 0.5, id: () => 'salt-1', digest: async (text: string) => text }

/** A user signs in, as a page has them do. */
export async function signIn(store: Store): Promise<void> {
  await store.transact('readwrite', 'strict', (tx) => readSalt(tx, chance))
  await store.transact('readwrite', 'relaxed', (tx) => activate(tx, { partition: 'p', principal: 'ada' }))
}

export const accept = (store: Store, ...captures: readonly Capture[]) =>
  store.transact('readwrite', 'strict', (tx) => append(tx, 'p', captures, { now: 1, limits: defaultLimits }))

export const safe = (id: string, lane = 'lane') => capture(id, { lane, server: 'idempotent' })

export const claimDue = (store: Store, max = 6): Promise<readonly SendingEntry[]> =>
  store.transact('readwrite', 'strict', async (tx) => {
    const row = await readPartition(tx, 'p')
    const { claimed } = await claim(tx, row, new Map(), {
      owner: 'me',
      now: 10,
      probe: 'none',
      concurrencyMax: max,
      inFlight: [],
      serves: () => true,
    })
    tx.put('partitions', row)
    return claimed
  })

export const settleAs = (store: Store, entry: SendingEntry | undefined, outcome: Outcome) =>
  store.transact('readwrite', 'strict', async (tx) => {
    if (entry === undefined) throw new Error('nothing was claimed')
    const row = await readPartition(tx, 'p')
    const options = { now: 20, failuresMax: 60, random: () => 0.5 }
    await settle(tx, { row, origins: new Map() }, { entry, outcome }, options)
    tx.put('partitions', row)
  })

export const look = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) => ({
    row: await readPartition(tx, 'p'),
    salt: await tx.get('settings', ['salt']),
    entries: await tx.list(within('entries', ['p']), 999),
    letters: await tx.list(within('deadLetters', ['p']), 999),
  }))

export const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

export async function started(device: Device): Promise<Realm> {
  const realm = device.realm()
  await signIn(realm)
  return realm
}
