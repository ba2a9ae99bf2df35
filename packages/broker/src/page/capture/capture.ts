// Takes a routed action to an accepted entry, by a receipt at once, a snapshot, a group commit, and the actions that
// tell of it.

import type { Limits } from '../../core/limits.js'
import {
  type Appended,
  append,
  type Capture,
  type FreePlaces,
  findAppended,
  findPlaces,
  lanesOf,
} from '../../core/outbox/append.js'
import { nameActive, type Owner, readPartition } from '../../core/outbox/partition.js'
import type { Ports } from '../../core/ports/all-ports.js'
import { keepReserve } from '../../core/rows/disk-reserve.js'
import type { StoredAction } from '../../core/rows/entry.js'
import type { AppSettings } from '../../core/rows/rows.js'
import type { StoreTransaction } from '../../core/rows/store-port.js'
import { withMark } from '../../redux/actions.js'
import { isDevelopment } from '../../redux/development.js'
import type { WriteRoute } from '../../redux/route.js'
import type { Receipt } from '../../redux/types.js'
import type { UserRows } from '../user/user-rows.js'
import { buildCapture, type CaptureRules } from './build-capture.js'
import { type CaptureQueue, type CaptureSink, createCaptureQueue } from './capture-queue.js'
import { asRefusal, CaptureRefusal } from './capture-refusal.js'
import {
  type CapturedWrite,
  type CaptureEnds,
  type CaptureEndsContext,
  createCaptureEnds,
} from './end-captures.js'
import { createFullOutbox, type FullOutbox } from './full-outbox.js'

/** Where an accepted entry lies. */
export interface AcceptedPlace {
  readonly id: string
  readonly seq: number
}

/** The result of taking an entry back. */
export type CancelledWrite = 'cancelled' | 'tooLate' | 'notFound'

export interface WriteCaptureContext extends CaptureEndsContext {
  readonly users: UserRows
  readonly limits: Limits
  readonly app: AppSettings
  readonly snapshot: CaptureRules
  captured(id: string, what: { readonly lane: string; readonly action: StoredAction }): void
  onCommitted(places: readonly AcceptedPlace[]): void
  /** Where it finds no entry, the end of the entry is in the view. */
  cancelAccepted(id: string): Promise<CancelledWrite>
}

export interface WriteCapture {
  readonly room: FullOutbox
  /** Never throws. An action that cannot be captured settles as `notAccepted`. `next` takes it on to the reducers. */
  capture(route: WriteRoute, action: StoredAction, next: (action: unknown) => unknown): Receipt<unknown>
  /** Takes an entry back, whether it is on disk already or not. */
  cancel(id: string): Promise<CancelledWrite>
  /** Takes back the captures that are not being written yet, and waits for the others. Gives how many it took back. */
  cancelCaptures(): Promise<number>
}

export function createWriteCapture(context: WriteCaptureContext): WriteCapture {
  const { ports, receipts, principal } = context
  const captures = new Map<string, CapturedWrite>()
  const room = createFullOutbox(context.limits, ports.clock)
  const ends = createCaptureEnds(context, captures, room)
  const queue = createCaptureQueue({
    append: createCommit(context, captures, room, ends.refuse),
    failed: ends.failed,
  })

  async function cancel(id: string): Promise<CancelledWrite> {
    if (!queue.remove(id)) {
      await captures.get(id)?.accepted
      return context.cancelAccepted(id)
    }
    ends.cancel([{ id }])
    return 'cancelled'
  }

  return {
    room,
    cancel,
    capture(route, action, next) {
      const id = ports.randomSource.id()
      const receipt = receipts.open(id, async () =>
        (await isTakenBack(await cancel(id), receipt)) ? 'cancelled' : 'tooLate',
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
      captures.set(id, item)
      try {
        takeSnapshot(context, route, item, room, queue, ends)
        context.captured(id, item)
        queue.push(item)
        item.isUnseen = false
        passOn(ports, () => next(withMark(action, { entryId: id, lane: item.lane })))
      } catch (error) {
        ends.refuseAtOnce(item, asRefusal(error))
      }
      return receipt
    },
    async cancelCaptures() {
      const own = [...captures.values()].filter((one) => one.principal === principal())
      const free = own.filter(({ id }) => queue.remove(id))
      ends.cancel(free)
      await Promise.all(own.map(({ accepted }) => accepted))
      return free.length
    },
  }
}

/** An entry that is gone may have been taken back before. A receipt that has settled wins the race. */
const isTakenBack = async (done: CancelledWrite, { settled }: Pick<Receipt<unknown>, 'settled'>) =>
  done === 'cancelled' ||
  (done === 'notFound' && (await Promise.race([settled, undefined]))?.status === 'cancelled')

/** @throws CaptureRefusal */
function takeSnapshot(
  { snapshot: context }: WriteCaptureContext,
  route: WriteRoute,
  item: CapturedWrite,
  room: FullOutbox,
  queue: CaptureQueue,
  { refuse }: CaptureEnds,
): void {
  const { id, principal, action } = item
  if (principal === '')
    throw new CaptureRefusal(
      'signedOut',
      isDevelopment &&
        `${action.type} was dispatched while nobody is signed in: \`user\` of createBroker() returned no user. ` +
          "Dispatch it after the sign-in. An app without accounts names one user for all: user: () => 'me'.",
    )
  room.checkEntries(queue.size)
  const { lane, capture } = buildCapture(route, action, context)
  item.lane = lane
  const complete = (rest: Omit<Capture, 'id' | 'key'>) => {
    item.capture = { ...rest, id, key: id }
  }
  if (capture instanceof Promise)
    capture.then(complete).then(queue.ready, (error) => {
      if (queue.remove(id)) refuse([item], asRefusal(error))
    })
  else {
    room.checkBytes(capture.bytes)
    complete(capture)
  }
}

interface Found {
  readonly places: FreePlaces
  /** An earlier try has stored them. */
  readonly kept: readonly Appended[]
}

/** Stores the captures of one turn in one transaction. */
function createCommit(
  { ports, users, limits, app, dispatch, receipts, onCommitted }: WriteCaptureContext,
  open: Map<string, CapturedWrite>,
  room: FullOutbox,
  refuse: CaptureEnds['refuse'],
): CaptureSink['append'] {
  const commit: <T>(work: (tx: StoreTransaction) => Promise<T>) => Promise<T> = (work) =>
    ports.store.transact('readwrite', 'strict', work)

  return async (principal, captures) => {
    const options = { now: ports.clock.now(), limits, app }
    let isAgain = false
    const prepare = async (tx: StoreTransaction, owner: Owner) => {
      const [places, kept] = await Promise.all([
        findPlaces(tx, owner.partition, lanesOf(captures)),
        isAgain ? findAppended(tx, owner.partition, captures) : [],
        nameActive(tx, owner),
        ports.store.makeRoom && keepReserve(tx, ports.randomSource),
      ])
      isAgain = true
      return { places, kept }
    }
    const write = async (tx: StoreTransaction, { partition }: Owner, { places, kept }: Found) => {
      const missing = captures.filter((capture) => !kept.some(({ id }) => id === capture.id))
      const all = [...kept, ...(await append(tx, places, missing, options))]
      const refused = all.filter(({ status }) => status === 'notAccepted')
      return { all, refused, row: refused.length > 0 ? await readPartition(tx, partition) : undefined }
    }
    const { all, refused, row } = await users.write(principal, { prepare, write }, commit)
    room.tried(false)
    if (row !== undefined) refuse(refused, room.refusal(row))
    const accepted = all.filter((one) => one.status === 'accepted')
    if (accepted.length === 0) return
    onCommitted(accepted)
    // Told once a wipe cannot take it any more.
    await ports.backup?.copied()
    dispatch([{ type: 'redux-broker/accepted', payload: accepted.map(({ id }) => id) }])
    for (const { id } of accepted) {
      open.delete(id)
      receipts.accept(id)
    }
  }
}

/** A reducer or a subscriber that throws is no reason to lose the write. */
export function passOn({ report }: Pick<Ports, 'report'>, next: () => void): void {
  try {
    next()
  } catch (error) {
    report(error)
  }
}
