// Whose outbox it is: follows the app's own word for its user, and tells the database, so that every executor knows.
import { type Base, readSalt } from '../core/home.js'
import {
  type AppWord,
  activate,
  deactivate,
  type Owner,
  readActive,
  sessionOf,
  unpause,
} from '../core/partition.js'
import type { Ports, StoreTransaction } from '../core/ports.js'
import { isFull } from '../core/room.js'
import type { SessionRow } from '../core/schema.js'
import { isDevelopment, sayOnce } from '../redux/development.js'

export interface Users {
  /** The partition that stands for a user. */
  ownerOf(principal: string): Promise<Owner>
  /** From here on this user's entries are sent, and no other's. */
  signIn(principal: string): Promise<Owner>
  /** From here on nothing of this user is sent; another's is, where another signed in meanwhile. */
  signOut(principal: string): Promise<void>
  /** What was paused for want of a session is tried again. */
  resume(owner: Owner): Promise<void>
}

export interface UsersContext {
  readonly app: AppWord
  /** Where the app lies among others of its origin. */
  readonly base: Base
}

export function createUsers({ store, chance, bus }: Ports, { app, base }: UsersContext): Users {
  const owners = new Map<string, Promise<Owner>>()
  let last: Promise<unknown> = Promise.resolve()

  /** One word on the session after the other, in the order in which they came: some take longer to be written. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  const ownerOf = (principal: string): Promise<Owner> => {
    const known = owners.get(principal)
    if (known !== undefined) return known
    const owner = find(principal)
    owners.set(principal, owner)
    owner.catch(() => owners.delete(principal))
    return owner
  }

  async function find(principal: string): Promise<Owner> {
    const salt = await store.transact('readwrite', 'strict', (tx) => readSalt(tx, chance, base))
    return { principal, partition: (await chance.digest(salt + principal)).slice(0, 32) }
  }

  async function signIn(principal: string): Promise<Owner> {
    const owner = await ownerOf(principal)
    try {
      const ended = await store.transact('readwrite', 'relaxed', (tx) => activate(tx, owner, app, base))
      if (isDevelopment && ended !== undefined) sayOnce(sessionTaken(ended, base))
    } catch (error) {
      // No room for a word: it is not needed where the last session was this user's too.
      const isActive = (tx: StoreTransaction) => sessionOf(tx, owner.partition)
      if (!isFull(error) || !(await store.transact('readonly', 'relaxed', isActive))) throw error
    }
    bus.post('changed')
    return owner
  }

  async function signOut(principal: string): Promise<void> {
    const { partition } = await ownerOf(principal)
    await store.transact('readwrite', 'relaxed', async (tx) => {
      if (await sessionOf(tx, partition)) await deactivate(tx, partition)
    })
    bus.post('changed')
  }

  async function resume(owner: Owner): Promise<void> {
    // Another tab may have signed its user out meanwhile. Where another user is signed in, that one's session stays.
    const active = await store.transact('readonly', 'relaxed', (tx) => readActive(tx, base))
    if (active === undefined) await signIn(owner.principal)
    else await unpause(store, owner.partition)
  }

  return {
    ownerOf,
    signIn: (principal) => inOrder(() => signIn(principal)),
    signOut: (principal) => inOrder(() => signOut(principal)),
    resume: (owner) => inOrder(() => resume(owner)),
  }
}

const sessionTaken = ({ from = '/' }: SessionRow, base: Base) =>
  `the page at ${base} has ended the session of another user at ${from}, whose entries wait from now on. ` +
  'If the two are apps of their own, give each its own `name`, in createBroker() and in its worker.'
