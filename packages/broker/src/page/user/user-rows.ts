// Follows the app's word for its user, and writes it into the database, so that every executor knows whose outbox it is.

import { countUnreachableWork, hasUnreachableWork } from '../../core/backup/unreachable-work.js'
import {
  activate,
  deactivate,
  isActive,
  moveLoss,
  noteLoss,
  type Owner,
  readActive,
  sessionOf,
  unpause,
} from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports/all-ports.js'
import { findSalt, partitionName, readSalt, restoreSalt } from '../../core/rows/app-salt.js'
import type { Base } from '../../core/rows/base-path.js'
import { isFull, prepareReserve } from '../../core/rows/disk-reserve.js'
import type { AppSettings } from '../../core/rows/rows.js'
import type { StoreTransaction } from '../../core/rows/store-port.js'
import { isDevelopment } from '../../redux/development.js'
import { warnOfMovedApp } from '../development/moved-app-warning.js'
import { warnOfEndedSession } from '../development/taken-session-warning.js'

export interface UserRows {
  /**
   * Writes in the partition that stands for a user, and that their pages find. The database may have been emptied and
   * begun anew under this page: where the first transaction sees that, `transact` makes another.
   */
  write<T, Found>(principal: string, work: UserWork<T, Found>, transact: Transact): Promise<T>
  /** From here on this user's entries are sent, and no other's. */
  signIn(principal: string): Promise<Owner>
  /** From here on nothing of this user is sent. Another user who signed in meanwhile is sent for. */
  signOut(principal: string): Promise<void>
  /** Entries that were paused for want of a session are tried again. */
  resume(owner: Owner): Promise<void>
}

interface UserWork<T, Found> {
  /** Begins beside the search for the user, since each answer of a database is a round trip. */
  prepare(tx: StoreTransaction, owner: Owner): Promise<Found>
  write(tx: StoreTransaction, owner: Owner, found: Found): Promise<T>
}

const withoutReads = <T>(
  write: (tx: StoreTransaction, owner: Owner) => Promise<T>,
): UserWork<T, undefined> => ({ prepare: async () => undefined, write })

type Transact = <T>(work: (tx: StoreTransaction) => Promise<T>) => Promise<T>

/** A partition with the salt that it was derived from. */
interface Derived {
  readonly owner: Owner
  readonly salt: string
  /** The partition that the user had before the database was emptied under this page. */
  readonly left: string | undefined
}

export interface UserRowsContext {
  readonly app: AppSettings
  /** Where the app lies among others of its origin. */
  readonly base: Base
  /** The path of its page where nobody knows the page's base, else the base. */
  readonly place: string
  /** Its store makes no room of its own accord. */
  readonly ports: Pick<Ports, 'store'>
}

export function createUserRows(ports: Ports, context: UserRowsContext): UserRows {
  const { app, base, place } = context
  const { store, clock, bus } = ports
  const [write, derivedOf] = createUserPartitions(ports, base)
  let last: Promise<unknown> = Promise.resolve()

  /** Changes of the session are written one after the other, in their order: some take longer than others. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  const relaxed: Transact = (work) => store.transact('readwrite', 'relaxed', work)

  async function begin(tx: StoreTransaction, owner: Owner): Promise<Owner> {
    const stranded = await countUnreachableWork(tx, owner, base)
    const ended = await activate(tx, owner, app, base, { from: place, at: clock.now() })
    if (stranded > 0) await noteLoss(tx, owner.partition, stranded, clock.now())
    if (isDevelopment && ended !== undefined) warnOfEndedSession(ended, owner, { base, place })
    return owner
  }

  async function signIn(principal: string): Promise<Owner> {
    let signedIn: Owner
    try {
      signedIn = await write(principal, withoutReads(begin), relaxed)
    } catch (error) {
      // No room for a word: it is not needed where the last session was this user's too.
      signedIn = (await derivedOf(principal)).owner
      if (!isFull(error) || !(await isActive(store, signedIn.partition))) throw error
    }
    bus.post('changed')
    if (store.makeRoom) void prepareReserve(context.ports.store, ports.randomSource)
    return signedIn
  }

  async function signOut(principal: string): Promise<void> {
    const ended = async (tx: StoreTransaction, { partition }: Owner) => {
      if (await sessionOf(tx, partition)) await deactivate(tx, partition, clock.now())
    }
    await write(principal, withoutReads(ended), relaxed)
    bus.post('changed')
  }

  async function resume(owner: Owner): Promise<void> {
    // Another tab may have signed its user out meanwhile. Where another user is signed in, that one's session stays.
    const active = await store.transact('readonly', 'relaxed', (tx) => readActive(tx, base))
    if (active === undefined) await signIn(owner.principal)
    else await unpause(store, owner.partition, clock.now())
  }

  return {
    write,
    signIn: (principal) => inOrder(() => signIn(principal)),
    signOut: (principal) => inOrder(() => signOut(principal)),
    resume: (owner) => inOrder(() => resume(owner)),
  }
}

/** The partitions that stand for users, each derived once from the salt of the database. */
function createUserPartitions(ports: Ports, base: Base) {
  const known = new Map<string, Promise<Derived>>()

  const derivedOf = (principal: string, left?: string): Promise<Derived> => {
    const found = known.get(principal)
    if (found !== undefined) return found
    const derived = derive(ports, base, principal, left)
    known.set(principal, derived)
    derived.catch(() => known.delete(principal))
    return derived
  }

  async function write<T, Found>(
    principal: string,
    work: UserWork<T, Found>,
    transact: Transact,
  ): Promise<T> {
    for (let before: string | undefined; ; ) {
      const { owner, salt, left } = await derivedOf(principal, before)
      const done = await transact(async (tx) => {
        const [kept, early] = await Promise.all([
          findSalt(tx, base),
          left === undefined ? work.prepare(tx, owner) : undefined,
        ])
        const isThere = kept === undefined && (await tx.get('partitions', [owner.partition])) !== undefined
        if (isThere) await restoreSalt(tx, salt, base)
        else if (kept !== salt) return undefined
        if (left !== undefined) await moveLoss(tx, left, owner.partition)
        return { result: await work.write(tx, owner, early ?? (await work.prepare(tx, owner))) }
      })
      if (done !== undefined) return done.result
      before = owner.partition
      known.delete(principal)
    }
  }

  return [write, derivedOf] as const
}

async function derive(
  { store, randomSource, report }: Ports,
  base: Base,
  principal: string,
  left: string | undefined,
): Promise<Derived> {
  const { salt, isStranded } = await store.transact('readwrite', 'strict', async (tx) => {
    if (isDevelopment) await warnOfMovedApp(tx, base)
    const isNew = (await findSalt(tx, base)) === undefined
    return {
      salt: await readSalt(tx, randomSource, base),
      isStranded: isNew && (await hasUnreachableWork(tx, base)),
    }
  })
  if (isStranded) report(new Error(strandedWork))
  return { owner: { principal, partition: await partitionName(randomSource, salt, principal) }, salt, left }
}

const strandedWork = isDevelopment
  ? 'redux-broker: the salt of this app was damaged in the database. The users of the earlier entries are no longer known, so these entries stay unsent.'
  : 'redux-broker: stranded entries'
