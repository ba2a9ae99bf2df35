// From a routed action to an accepted entry: receipt at once, snapshot, group commit, and the actions that tell of it.
import { append, type Capture, findAppended } from '../core/append.js'
import type { Limits } from '../core/limits.js'
import { nameActive } from '../core/partition.js'
import type { Ports } from '../core/ports.js'
import { isFull, keepReserve } from '../core/room.js'
import type { StoredAction } from '../core/schema.js'
import { type BrokerAction, mark, type OutcomeAction, outcome } from '../redux/actions.js'
import { isDevelopment } from '../redux/development.js'
import type { WriteRoute } from '../redux/route.js'
import type { Receipt, RejectedReason } from '../redux/types.js'
import { type CaptureQueue, createCaptureQueue, isUnstorable, type QueuedCapture } from './capture-queue.js'
import { settledOf } from './page-view.js'
import type { Receipts } from './receipts.js'
import { Refusal } from './refusal.js'
import { type SnapshotContext, snapshot } from './snapshot.js'
import type { Users } from './users.js'

/** Where an accepted entry lies. */
export interface AcceptedPlace {
  readonly id: string
  readonly seq: number
}

/** One capture of this page, until it is accepted or refused. */
interface Captured extends QueuedCapture {
  lane: string
  readonly action: StoredAction
  readonly accepted: Promise<unknown>
}

/** What came of taking an entry back. */
export type Cancelled = 'cancelled' | 'tooLate' | 'notFound'

export interface CapturingContext {
  readonly ports: Ports
  readonly users: Users
  readonly receipts: Receipts
  readonly limits: Limits
  readonly snapshot: SnapshotContext
  /** Whose action it is; '' while nobody is signed in. */
  principal(): string
  dispatch(actions: readonly (BrokerAction | OutcomeAction)[]): void
  onCaptured(id: string, what: { readonly lane: string; readonly action: StoredAction }): void
  onCommitted(places: readonly AcceptedPlace[]): void
  cancelAccepted(id: string): Promise<Cancelled>
}

export class Capturing {
  readonly #context: CapturingContext
  readonly #queue: CaptureQueue
  readonly #items = new Map<string, Captured>()

  constructor(context: CapturingContext) {
    this.#context = context
    this.#queue = createCaptureQueue({
      append: (principal, captures) => this.#append(principal, captures),
      failed: (captures, error) => {
        context.ports.report(error)
        const refusal = isUnstorable(error)
          ? new Refusal(
              'notSerialisable',
              isDevelopment &&
                'The action holds something that IndexedDB does not take, or is nested too deep.',
              error,
            )
          : new Refusal(
              isFull(error) ? 'storageFull' : 'storageUnavailable',
              isDevelopment && 'The entry could not be stored.',
              error,
            )
        for (const { id } of captures) this.#refuse(id, refusal)
      },
    })
  }

  /** Never throws: what cannot be captured settles as rejected. `next` takes the action on to the reducers. */
  capture(route: WriteRoute, action: StoredAction, next: (action: unknown) => unknown): Receipt<unknown> {
    const { ports, receipts, principal, onCaptured } = this.#context
    const id = ports.chance.id()
    const receipt = receipts.open(id, async () =>
      (await this.cancel(id)) === 'cancelled' ? 'cancelled' : 'tooLate',
    )
    const { accepted } = receipt
    const item: Captured = { id, principal: principal(), action, accepted, lane: '', capture: undefined }
    this.#items.set(id, item)
    try {
      this.#take(route, item)
      onCaptured(id, item)
      this.#queue.push(item)
      passOn(ports, () => next(mark(action, { entryId: id, lane: item.lane })))
    } catch (error) {
      this.#refuse(id, asRefusal(error))
    }
    return receipt
  }

  /** Takes an entry back, whether it is on disk already or not. */
  async cancel(id: string): Promise<Cancelled> {
    if (!this.#queue.remove(id)) {
      await this.#items.get(id)?.accepted
      return this.#context.cancelAccepted(id)
    }
    this.#end(id, 'cancelled')
    return 'cancelled'
  }

  /** Takes back what is not being written yet, and waits for what is. Gives how many it took back. */
  async cancelAll(): Promise<number> {
    const items = [...this.#items.values()].filter(({ principal }) => principal === this.#context.principal())
    const free = items.filter(({ id }) => this.#queue.remove(id))
    for (const { id } of free) this.#end(id, 'cancelled')
    await Promise.all(items.map(({ accepted }) => accepted))
    return free.length
  }

  /** @throws Refusal */
  #take(route: WriteRoute, item: Captured): void {
    const { limits, snapshot: context } = this.#context
    const { id, principal, action } = item
    if (principal === '')
      throw new Refusal(
        'signedOut',
        isDevelopment && `${action.type} was dispatched while \`partition\` gives no user.`,
      )
    if (this.#queue.size >= limits.entriesMax) throw outboxFull(limits)
    const { lane, capture } = snapshot(route, action, context)
    item.lane = lane
    const complete = (rest: Omit<Capture, 'id' | 'key'>) => {
      item.capture = { ...rest, id, key: id }
    }
    if (!(capture instanceof Promise)) complete(capture)
    else
      capture.then(complete).then(this.#queue.ready, (error) => {
        if (this.#queue.remove(id)) this.#refuse(id, asRefusal(error))
      })
  }

  async #append(principal: string, captures: readonly Capture[]): Promise<void> {
    const { ports, users, limits, dispatch, receipts, onCommitted } = this.#context
    const owner = await users.ownerOf(principal)
    const { partition } = owner
    const options = { now: ports.clock.now(), limits }
    let isAgain = false
    const appended = await ports.store.transact('readwrite', 'strict', async (tx) => {
      const kept = isAgain ? await findAppended(tx, partition, captures) : []
      isAgain = true
      const missing = captures.filter((capture) => !kept.some(({ id }) => id === capture.id))
      const [done] = await Promise.all([
        append(tx, partition, missing, options),
        nameActive(tx, owner),
        ports.store.makeRoom && keepReserve(tx, ports.chance),
      ])
      return [...kept, ...done]
    })
    for (const one of appended) if (one.status === 'rejected') this.#refuse(one.id, outboxFull(limits))
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

  #refuse(id: string, { reason, message, cause }: Refusal): void {
    if (isDevelopment) console.error(`redux-broker: ${message}`, cause ?? '')
    this.#end(id, 'rejected', { reason })
  }

  /** The capture has ended before it was accepted: its change leaves the view, its receipt settles. */
  #end(id: string, kind: 'rejected' | 'cancelled', error?: { readonly reason: RejectedReason }): void {
    const { dispatch, ports, principal, receipts } = this.#context
    const item = this.#items.get(id)
    this.#items.delete(id)
    if (item === undefined) return
    const { action, lane } = item
    const at = ports.clock.now()
    const ended = outcome({ kind, entryId: id, action, lane, error, at, late: false })
    // Another user who came meanwhile is shown nothing of it.
    if (item.principal === principal()) dispatch([ended])
    else receipts.settle(id, settledOf(ended))
  }
}

const outboxFull = ({ entriesMax, bytesMax }: Limits) =>
  new Refusal(
    'outboxFull',
    isDevelopment && `The outbox holds ${entriesMax} entries or ${bytesMax} bytes already.`,
  )

export const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal('invalidRequest', isDevelopment && 'The action could not be captured.', error)

/** A reducer or a subscriber that throws is no reason to lose the write. */
export function passOn({ report }: Pick<Ports, 'report'>, next: () => void): void {
  try {
    next()
  } catch (error) {
    report(error)
  }
}
