// One user's outbox in a page, from their sign-in on: entries that wait come back into the view, and rows are followed.

import type { OutboxChanges } from '../../core/journal/outbox-changes.js'
import { findGone } from '../../core/outbox/dead-letters.js'
import { noteLoss, type Owner } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports.js'
import { type ChangeFeed, type ChangeFeedContext, createChangeFeed } from '../view/change-feed.js'
import type { StoreBridge } from '../view/store-bridge.js'
import type { UserRows } from './user-rows.js'

export interface UserSessionContext
  extends Pick<ChangeFeedContext, 'host' | 'serves' | 'parse' | 'keepsShown'> {
  readonly ports: Ports
  readonly users: UserRows
  readonly view: StoreBridge
  onNews(news: OutboxChanges): void
  /** The entries that wait are back in the view. */
  onRestored(): void
}

export class UserSession {
  readonly principal: string
  readonly #context: UserSessionContext
  #owner: Promise<Owner>
  #restored: Promise<void> = Promise.resolve()
  #follower: ChangeFeed | undefined
  /** How often the database has begun anew under a partition, at the last reading. */
  #wiped: { readonly partition: string; readonly wipes: number } | undefined
  /** The storage failed at its beginning, or began anew. */
  #isBroken = false
  #isStopped = false

  constructor(principal: string, context: UserSessionContext) {
    this.principal = principal
    this.#context = context
    this.#owner = context.users.signIn(principal)
  }

  get owner(): Promise<Owner> {
    return this.#owner
  }

  /** Resolves when the entries that wait are back in the view, or cannot be read. */
  get restored(): Promise<void> {
    return this.#restored
  }

  /** The last row of the journal that is in the view. */
  shown(): number {
    return this.#follower?.shown() ?? 0
  }

  begin(): void {
    this.#restored = this.#enter().catch((error: unknown) => {
      this.#follower?.stop()
      this.#isBroken = true
      this.#context.ports.report(error)
    })
  }

  /** Something may have changed. Where the storage failed it is tried again. */
  hint(): void {
    if (this.#isBroken) this.#beginAnew()
    else this.#follower?.hint()
  }

  /** Resolves when all that was committed before the call is in the view. */
  async catchUp(): Promise<void> {
    await this.#restored
    await this.#follower?.catchUp()
  }

  stop(): void {
    this.#isStopped = true
    this.#follower?.stop()
  }

  /** The storage failed, or was emptied while it was open: nobody is signed in there. */
  #beginAnew(): void {
    this.#follower?.stop()
    this.#owner = this.#context.users.signIn(this.principal)
    this.#isBroken = false
    this.begin()
  }

  async #enter(): Promise<void> {
    const { view, onRestored, ...context } = this.#context
    const { dispatch, shown, told, blocked } = view
    const { partition } = await this.#owner
    if (this.#isStopped) return
    const onNews = (news: OutboxChanges) => this.#hear(news)
    this.#follower = createChangeFeed({ ...context, partition, dispatch, shown, told, blocked, onNews })
    const stored = view.stored()
    await this.#follower.start()
    await this.#settleLost(partition, stored)
    onRestored()
  }

  #hear(news: OutboxChanges): void {
    this.#context.onNews(news)
    const { partition, wipes = 0 } = news.row
    const before = this.#wiped?.partition === partition ? this.#wiped.wipes : wipes
    const isEmptied = wipes > before
    this.#wiped = { partition, wipes: Math.max(wipes, before) }
    // The rows that were read before say nothing any more.
    if (isEmptied) this.#beginAnew()
  }

  /** An entry that is shown as stored, and is nowhere any more, was lost. */
  async #settleLost(partition: string, stored: readonly string[]): Promise<void> {
    const { view, ports } = this.#context
    const { store, clock, bus } = ports
    const open = stored.filter(view.shown)
    if (open.length === 0) return
    const shown = this.shown()
    const gone = await store.transact('readwrite', 'relaxed', async (tx) => {
      const ids = await findGone(tx, partition, open, shown)
      if (ids.length > 0) await noteLoss(tx, partition, ids.length, clock.now())
      return ids
    })
    view.lost(gone, clock.now())
    bus.post('changed')
  }
}
