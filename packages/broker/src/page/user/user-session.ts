// The signed-in user of a page. From the sign-in on, waiting entries are back in the view and the user's rows are
// followed.

import { findGone } from '../../core/journal/gone-entries.js'
import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import { recheckMs } from '../../core/limits.js'
import { noteLoss, type Owner } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports/all-ports.js'
import type { PartitionRow } from '../../core/rows/rows.js'
import { type ChangeFeed, type ChangeFeedContext, createChangeFeed } from '../view/change-feed.js'
import type { StoreBridge } from '../view/store-bridge.js'
import type { UserRows } from './user-rows.js'

export interface UserSessionContext
  extends Pick<ChangeFeedContext, 'host' | 'serves' | 'parse' | 'keepsShown' | 'onNews'> {
  readonly ports: Ports
  readonly users: UserRows
  readonly view: StoreBridge
  /** The waiting entries are back in the view. */
  onRestored(): void
}

export interface CurrentUserContext extends UserSessionContext {
  /** The user as the app names them; undefined while nobody is signed in. */
  partition(): string | undefined
  /** Another user comes, or nobody. Nothing of the last one may go on. */
  onLeave(): void
  /** `written` resolves when the rows name the new user too. */
  onChange(left: Promise<Owner> | undefined, written: Promise<unknown>): void
}

interface UserSession {
  readonly principal: string
  owner(): Promise<Owner>
  /** Resolves when the waiting entries are back in the view, or cannot be read. */
  restored(): Promise<void>
  /** The last row of the journal that is in the view. */
  shown(): number | undefined
  begin(): void
  /** Something may have changed. Where the storage failed it is tried again. */
  hint(): void
  /** Resolves when all that was committed before the call is in the view. */
  catchUp(): Promise<void>
  stop(): void
}

/** The user whom the app names. While nobody is signed in there is nothing to show or to wait for. */
export interface CurrentUser {
  /** Call it where the app may have named another user. */
  checkUser(): void
  /** '' while nobody is signed in. */
  principal(): string
  /** Undefined while nobody is signed in or the storage fails. */
  user(): Promise<Owner | undefined>
  restored(): Promise<void> | undefined
  shown(): number
  hint(): void
  catchUp(): Promise<void> | undefined
  isStopped(): boolean
  stop(): void
}

export function createCurrentUser(context: CurrentUserContext): CurrentUser {
  const { users, view, ports } = context
  let session: UserSession | undefined
  let isStopped = false

  async function signOut(last: UserSession | undefined): Promise<void> {
    if (last !== undefined) await users.signOut(last.principal).catch(ports.report)
  }

  return {
    checkUser() {
      const principal = isStopped ? undefined : context.partition()
      const last = session
      if (principal === last?.principal) return
      last?.stop()
      context.onLeave()
      session = principal === undefined ? undefined : createUserSession(principal, context)
      // Before any subscriber hears of the change: a subscriber may ask for the next user's reads at once.
      context.onChange(last?.owner(), session?.owner() ?? signOut(last))
      if (last !== undefined) view.clear(last.principal)
      if (principal !== undefined) view.forgetLeft(principal)
      session?.begin()
    },
    principal: () => session?.principal ?? '',
    user: async () => session?.owner().catch(() => undefined),
    restored: () => session?.restored(),
    shown: () => session?.shown() ?? 0,
    hint: () => session?.hint(),
    catchUp: () => session?.catchUp(),
    isStopped: () => isStopped,
    stop() {
      isStopped = true
      session?.stop()
      session = undefined
    },
  }
}

function createUserSession(principal: string, context: UserSessionContext): UserSession {
  const { users, view, ports } = context
  let owner = users.signIn(principal)
  let restored = Promise.resolve()
  let feed: ChangeFeed | undefined
  const isWiped = createWipeWatch()
  /** The storage failed at the beginning. */
  let isBroken = false
  let isStopped = false

  function begin(): void {
    restored = enter().catch((error: unknown) => {
      feed?.stop()
      isBroken = true
      ports.report(error)
      // Nobody tells a page that its storage works again.
      ports.clock.after(recheckMs, () => isBroken && !isStopped && beginAnew())
    })
  }

  /** The storage failed, or was emptied while it was open: nobody is signed in there. */
  function beginAnew(): void {
    feed?.stop()
    owner = users.signIn(principal)
    isBroken = false
    begin()
  }

  async function enter(): Promise<void> {
    const { partition } = await owner
    if (isStopped) return
    feed = createChangeFeed({ ...context, ...view, partition, onNews })
    await restore(context, partition, feed, () => isStopped)
  }

  function onNews(news: OutboxChanges): void {
    context.onNews(news)
    // The rows that were read before a wipe say nothing any more.
    if (isWiped(news.row)) beginAnew()
  }

  return {
    principal,
    owner: () => owner,
    restored: () => restored,
    shown: () => feed?.shown(),
    begin,
    hint: () => (isBroken ? beginAnew() : feed?.hint()),
    async catchUp() {
      await restored
      await feed?.catchUp()
    },
    stop() {
      isStopped = true
      feed?.stop()
    },
  }
}

/** Brings the waiting entries back into the view. Those that are nowhere any more leave it. */
async function restore(
  context: UserSessionContext,
  partition: string,
  feed: ChangeFeed,
  hasLeft: () => boolean,
): Promise<void> {
  const stored = context.view.stored()
  await feed.start()
  if (!hasLeft()) context.view.forgetLeft()
  await settleLost(context, partition, stored, feed.shown())
  context.onRestored()
}

/** Tells whether the database has begun anew under a partition since its rows were last read. */
function createWipeWatch(): (row: Pick<PartitionRow, 'partition' | 'wipes'>) => boolean {
  let last: { readonly partition: string; readonly wipes: number } | undefined
  return ({ partition, wipes = 0 }) => {
    const before = last?.partition === partition ? last.wipes : wipes
    last = { partition, wipes: Math.max(wipes, before) }
    return wipes > before
  }
}

/** An entry that is shown as stored, and is nowhere any more, was lost. */
async function settleLost(
  { view, ports: { store, clock, bus } }: UserSessionContext,
  partition: string,
  stored: readonly string[],
  shown: number,
): Promise<void> {
  const open = stored.filter(view.shown)
  if (open.length === 0) return
  const gone = await store.transact('readwrite', 'relaxed', async (tx) => {
    const ids = await findGone(tx, partition, open, shown)
    if (ids.length > 0) await noteLoss(tx, partition, ids.length, clock.now())
    return ids
  })
  view.lost(gone, clock.now())
  bus.post('changed')
}
