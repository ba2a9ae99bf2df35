// From a routed action to an accepted entry: receipt at once, snapshot, group commit, and the actions that tell of it.

import type { Limits } from '../../core/limits.js'
import { append, type Capture, findAppended } from '../../core/outbox/append.js'
import { nameActive, type Owner, readPartition } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports.js'
import { keepReserve } from '../../core/rows/disk-reserve.js'
import type { StoredAction } from '../../core/rows/entry.js'
import type { AppWord } from '../../core/rows/rows.js'
import type { StoreTransaction } from '../../core/rows/store.js'
import { type BrokerAction, type OutcomeAction, outcome, readMark } from '../../redux/actions.js'
import { isDevelopment } from '../../redux/development.js'
import type { WriteRoute } from '../../redux/route.js'
import type { Receipt, RejectedReason } from '../../redux/types.js'
import type { UserRows } from '../user/user-rows.js'
import { deferRebase } from '../view/changes-to-actions.js'
import type { Receipts } from '../view/receipts.js'
import { settledOf } from '../view/store-bridge.js'
import { type CaptureQueue, createCaptureQueue, type QueuedCapture } from './capture-queue.js'
import { createFullOutbox, type FullOutbox, outboxFull } from './full-outbox.js'
import { asRefusal, Refusal, storageRefusal } from './refusal.js'
import { type SnapshotContext, snapshot } from './snapshot.js'

/** Where an accepted entry lies. */
export interface AcceptedPlace {
  readonly id: string
  readonly seq: number
}

/** One capture of this page, until it is accepted or refused. */
interface CapturedWrite extends QueuedCapture {
  lane: string
  readonly action: StoredAction
  readonly accepted: Promise<unknown>
  /** No reducer was given its action. */
  isUnseen: boolean
}

/** The result of taking an entry back. */
export type CancelledWrite = 'cancelled' | 'tooLate' | 'notFound'

export interface WriteCaptureContext {
  readonly ports: Ports
  readonly users: UserRows
  readonly receipts: Receipts
  readonly limits: Limits
  readonly app: AppWord
  readonly snapshot: SnapshotContext
  /** The user whose action it is; '' while nobody is signed in. */
  principal(): string
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
  onCaptured(id: string, what: { readonly lane: string; readonly action: StoredAction }): void
  onCommitted(places: readonly AcceptedPlace[]): void
  cancelAccepted(id: string): Promise<CancelledWrite>
}

export class WriteCapture {
  readonly room: FullOutbox
  readonly #context: WriteCaptureContext
  readonly #queue: CaptureQueue
  readonly #items = new Map<string, CapturedWrite>()
  /** Made once: to create an error with its stack is the slowest part of a refusal. */
  readonly #full: ReturnType<typeof outboxFull>
  readonly #gone: Refusal = storageRefusal(undefined)
  /** Of this turn. */
  readonly #refused: CapturedWrite[] = []

  constructor(context: WriteCaptureContext) {
    this.#context = context
    this.#full = outboxFull(context.limits)
    this.room = createFullOutbox(context.limits, context.ports.clock)
    this.#queue = createCaptureQueue({
      append: (principal, captures) => this.#append(principal, captures),
      failed: (captures, error) => {
        context.ports.report(error)
        const refusal = storageRefusal(error)
        this.room.tried(refusal.reason === 'storageUnavailable')
        this.#refuse(captures, refusal)
      },
    })
  }

  /** Never throws: an action that cannot be captured settles as rejected. `next` takes it on to the reducers. */
  capture(route: WriteRoute, action: StoredAction, next: (action: unknown) => unknown): Receipt<unknown> {
    const { ports, receipts, principal, onCaptured } = this.#context
    const id = ports.chance.id()
    const receipt = receipts.open(id, async () =>
      (await this.cancel(id)) === 'cancelled' ? 'cancelled' : 'tooLate',
    )
    const { accepted } = receipt
    const item: CapturedWrite = {
      id,
      principal: principal(),
      action,
      accepted,
      isUnseen: true,
      lane: '',
      capture: undefined,
    }
    this.#items.set(id, item)
    try {
      this.#take(route, item)
      onCaptured(id, item)
      this.#queue.push(item)
      item.isUnseen = false
      passOn(ports, () => next(readMark(action, { entryId: id, lane: item.lane })))
    } catch (error) {
      const refusal = asRefusal(error)
      if ([...Object.values(this.#full), this.#gone].includes(refusal)) this.#refuseSoon(item, refusal)
      else this.#refuse([item], refusal)
    }
    return receipt
  }

  /** Takes an entry back, whether it is on disk already or not. */
  async cancel(id: string): Promise<CancelledWrite> {
    if (!this.#queue.remove(id)) {
      await this.#items.get(id)?.accepted
      return this.#context.cancelAccepted(id)
    }
    this.#end([{ id }], 'cancelled')
    return 'cancelled'
  }

  /** Takes back the captures that are not being written yet, and waits for the others. Gives how many it took back. */
  async cancelAll(): Promise<number> {
    const items = [...this.#items.values()].filter(({ principal }) => principal === this.#context.principal())
    const free = items.filter(({ id }) => this.#queue.remove(id))
    this.#end(free, 'cancelled')
    await Promise.all(items.map(({ accepted }) => accepted))
    return free.length
  }

  /** @throws Refusal */
  #take(route: WriteRoute, item: CapturedWrite): void {
    const { limits, snapshot: context } = this.#context
    const { id, principal, action } = item
    if (principal === '')
      throw new Refusal(
        'signedOut',
        isDevelopment && `${action.type} was dispatched while \`partition\` gives no user.`,
      )
    if (this.room.isGone()) throw this.#gone
    if (this.#queue.size >= limits.entriesMax || this.room.left().entries <= 0) throw this.#full.entries
    const { lane, capture } = snapshot(route, action, context)
    item.lane = lane
    if (!(capture instanceof Promise) && capture.bytes > this.room.left().bytes) throw this.#full.bytes
    const complete = (rest: Omit<Capture, 'id' | 'key'>) => {
      item.capture = { ...rest, id, key: id }
    }
    if (!(capture instanceof Promise)) complete(capture)
    else
      capture.then(complete).then(this.#queue.ready, (error) => {
        if (this.#queue.remove(id)) this.#refuse([item], asRefusal(error))
      })
  }

  async #append(principal: string, captures: readonly Capture[]): Promise<void> {
    const { ports, users, limits, app, dispatch, receipts, onCommitted } = this.#context
    const options = { now: ports.clock.now(), limits, app }
    let isAgain = false
    const capture = async (tx: StoreTransaction, owner: Owner) => {
      const { partition } = owner
      const kept = isAgain ? await findAppended(tx, partition, captures) : []
      isAgain = true
      const missing = captures.filter((capture) => !kept.some(({ id }) => id === capture.id))
      const [done] = await Promise.all([
        append(tx, partition, missing, options),
        nameActive(tx, owner),
        ports.store.makeRoom && keepReserve(tx, ports.chance),
      ])
      const all = [...kept, ...done]
      const isRefused = all.some(({ status }) => status === 'rejected')
      return { all, row: isRefused ? await readPartition(tx, partition) : undefined }
    }
    const { all: appended, row } = await users.write(principal, capture, (work) =>
      ports.store.transact('readwrite', 'strict', work),
    )
    this.room.tried(false)
    if (row !== undefined) {
      this.room.note(row)
      const refused = appended.filter(({ status }) => status === 'rejected')
      this.#refuse(refused, this.room.left().entries > 0 ? this.#full.bytes : this.#full.entries)
    }
    const accepted = appended.filter((one) => one.status === 'accepted')
    if (accepted.length === 0) return
    onCommitted(accepted)
    // Told once a wipe cannot take it any more.
    await ports.backup?.copied()
    dispatch([{ type: 'redux-broker/accepted', payload: accepted.map(({ id }) => id) }])
    for (const { id } of accepted) {
      this.#items.delete(id)
      receipts.accept(id)
    }
  }

  /** With all others of this turn. */
  #refuseSoon(item: CapturedWrite, refusal: Refusal): void {
    if (this.#refused.push(item) > 1) return
    queueMicrotask(() => this.#refuse(this.#refused.splice(0), refusal))
  }

  #refuse(refused: readonly { readonly id: string }[], { reason, message, cause }: Refusal): void {
    if (isDevelopment)
      console.error(
        `redux-broker: ${message}`,
        cause ?? (refused.length > 1 ? `(${refused.length} times)` : ''),
      )
    this.#end(refused, 'rejected', { reason })
  }

  /** The captures have ended before they were accepted: their changes leave the view, their receipts settle. */
  #end(
    ended: readonly { readonly id: string }[],
    kind: 'rejected' | 'cancelled',
    error?: { readonly reason: RejectedReason },
  ): void {
    const { dispatch, ports, principal, receipts } = this.#context
    const at = ports.clock.now()
    const shown: OutcomeAction[] = []
    for (const { id } of ended) {
      const item = this.#items.get(id)
      this.#items.delete(id)
      if (item === undefined) continue
      const { action, lane, isUnseen } = item
      const told = { kind, entryId: id, action, lane, error, at, late: false } as const
      const outcomeOfIt = outcome(isUnseen ? { ...told, unseen: true } : told)
      // Another user who came meanwhile is shown nothing of it.
      if (item.principal === principal()) shown.push(outcomeOfIt)
      else receipts.settle(id, settledOf(outcomeOfIt))
    }
    if (kind === 'rejected' && shown.length > 1)
      dispatch([{ type: 'redux-broker/refused', payload: shown.map(refusedOf) }])
    dispatch(deferRebase(shown))
  }
}

const refusedOf = ({ error, meta }: OutcomeAction) => ({
  id: meta.entryId,
  lane: meta.broker.lane,
  type: meta.action.type,
  reason: error?.reason ?? '',
})

/** A reducer or a subscriber that throws is no reason to lose the write. */
export function passOn({ report }: Pick<Ports, 'report'>, next: () => void): void {
  try {
    next()
  } catch (error) {
    report(error)
  }
}
