// A broker at work for one store: the captures of its user, their outbox in the view, and the drain of that outbox.
import type { Action } from 'redux'
import { outcomesMax } from '../core/limits.js'
import { cancelEntry } from '../core/outbox/end-entry.js'
import type { Owner } from '../core/outbox/partition.js'
import type { Ports } from '../core/ports/all-ports.js'
import { retryAfterFreeingSpace } from '../core/rows/disk-reserve.js'
import type { StoredAction } from '../core/rows/entry.js'
import { isDevelopment } from '../redux/development.js'
import { isRead, type Route } from '../redux/route.js'
import type { Receipt } from '../redux/types.js'
import type { Internals } from './broker-types.js'
import { type AcceptedPlace, type CancelledWrite, createWriteCapture } from './capture/capture.js'
import { createPageDelivery, type PageDeliveryContext } from './delivery/delivery.js'
import { createOriginMemory } from './delivery/origin-health.js'
import { createAdvice } from './development/origin-advice.js'
import { warnOfTakenSession } from './development/taken-session-warning.js'
import { pageDevice } from './lifecycle/page-device.js'
import { createStoragePersistence } from './lifecycle/storage-persistence.js'
import type { ReadEngine } from './reads-port.js'
import type { RuntimeConfig } from './runtime-config.js'
import { createUserRows } from './user/user-rows.js'
import { type CurrentUser, type CurrentUserContext, createCurrentUser } from './user/user-session.js'
import { createReceipts } from './view/receipts.js'
import { createResetRepair } from './view/reset-repair.js'
import { createStoreBridge, type StoreBridge } from './view/store-bridge.js'

export interface Runtime extends Internals {
  readonly view: StoreBridge
  isStopped(): boolean
  /** Resolves when the waiting entries are back in the view, or cannot be read. */
  readonly ready: Promise<void>
  capture(route: Route, action: StoredAction, next: (action: unknown) => unknown): Receipt<unknown>
  persisted(): boolean | undefined
  /** Call it when a reducer was given a state that it did not make, or none. */
  noteReset(): void
  /** Call it after every action: the user may have changed, and slices may have begun anew. */
  reduced(action: Action): void
  /** Call it where the user may have changed. */
  checkUser(): void
  resume(): Promise<void>
  /** Nothing is read, shown or sent until it wakes. */
  rest(): void
  /** Outcomes from the time of rest are told first. */
  wake(): void
  stop(): void
}

export function createRuntime(config: RuntimeConfig): Runtime {
  const parts = createParts(config)
  const { ports, view, outbox, captures, reads } = parts

  function changed(): void {
    ports.bus.post('due')
    outbox.deliver('signal')
  }

  return {
    ...parts,
    ...captures,
    ...outbox,
    changed,
    get ready() {
      return parts.restored()
    },
    capture(route, action, next) {
      outbox.checkUser()
      // The engine of reads came with the route.
      return isRead(route)
        ? (reads as ReadEngine).capture(route, action, next)
        : captures.capture(route, action, next)
    },
    noteReset() {
      if (!outbox.isStopped()) parts.repair.noteReset()
    },
    async resume() {
      const owner = await outbox.user()
      if (owner === undefined) return
      await parts.users.resume(owner)
      changed()
      reads?.resume()
    },
    dismiss(entryId) {
      if (view.shown(entryId) === undefined)
        view.dispatch([{ type: 'redux-broker/discarded', payload: entryId }])
    },
    stop() {
      outbox.stop()
      reads?.stop()
      outbox.rest()
      ports.store.close()
      ports.bus.close()
      config.release()
    },
  }
}

function createParts(config: RuntimeConfig) {
  const { host } = config
  // Captures have the plain store: the rest of a full disk belongs to accepted entries.
  const store = retryAfterFreeingSpace(config.ports.store)
  const ports = { ...config.ports, store, device: pageDevice(host, config.ports.device) }
  const context = { ...config, ports }
  const receipts = createReceipts()
  const users = createUserRows(ports, config)
  const view = createStoreBridge(ports, config, receipts, (action, gone) => {
    try {
      config.dispatch(action)
    } finally {
      // A reducer or a subscriber that throws keeps no news from the reads.
      reads?.onAction(action, gone)
    }
  })
  const repair = createResetRepair(view, config.slice)
  const outbox = createUserOutbox({
    ...context,
    users,
    view,
    onHint: () => captures.room.forget(),
    onChange: (left, written) => reads?.userChanged(left, written),
    keepsShown: () => (reads !== undefined || view.hasDated() ? outcomesMax : 0),
  })

  function reduced(action: Action): void {
    outbox.checkUser()
    if (!outbox.isStopped()) repair.mend(action)
  }

  // The store is not ready to dispatch while its middleware is being set up.
  const started = Promise.resolve().then(() => reduced({ type: '' }))
  const restored = () => started.then(outbox.restored)
  const captures = createWriteCapture({
    ...config,
    ...view,
    ...outbox,
    users,
    receipts,
    cancelAccepted: async (id) => cancelAccepted(ports, await outbox.user(), id, outbox.catchUp),
  })
  const reads = config.createReads?.({
    ...context,
    ...outbox,
    receipts,
    view,
    dispatch: view.answered,
    restored,
  })
  return { ports, view, users, outbox, captures, reads, repair, reduced, restored }
}

interface UserOutboxContext
  extends Omit<RuntimeConfig, 'ports'>,
    Pick<CurrentUserContext, 'users' | 'view' | 'keepsShown' | 'onChange'> {
  readonly ports: PageDeliveryContext['ports']
  /** Rows may have changed. */
  onHint(): void
}

/** The outbox of the present user: its rows come into the view, and its entries are sent. */
function createUserOutbox(context: UserOutboxContext) {
  const { ports, host, view, has } = context
  const persistence = createStoragePersistence(host, context.persist)
  const advise = isDevelopment ? createAdvice(context) : undefined
  const remembered = createOriginMemory()

  function look(): void {
    context.onHint()
    current.hint()
  }

  const delivery = createPageDelivery({
    ...context,
    user: () => current.user(),
    look,
    onConnectivity: (connectivity) => view.status({ connectivity }),
    /** The app's functions see the outcomes of earlier entries: those answers hold the next version, or the next token. */
    prepare:
      has.length === 0
        ? undefined
        : async (outgoing) => {
            await current.catchUp()
            return context.prepare(outgoing)
          },
  })

  const current = createCurrentUser({
    ...context,
    onRestored: () => delivery.wake('signal'),
    onLeave() {
      context.onHint()
      delivery.halt()
    },
    onNews(latest) {
      const news = { ...latest, origins: remembered(latest.origins) }
      const connectivity = delivery.connectivity(news)
      view.news(news, connectivity)
      void advise?.(news)
      if (isDevelopment && news.taken) warnOfTakenSession(news.taken, context)
      delivery.plan(news)
      persistence.news(news, connectivity)
    },
  })

  return {
    ...current,
    persisted: persistence.has,
    deliver: delivery.wake,
    rest: delivery.rest,
    wake: delivery.resume,
    onCommitted(committed: readonly AcceptedPlace[]) {
      for (const { id, seq } of committed) view.accepted(id, seq)
      persistence.accepted()
      ports.bus.post('due')
      context.worker.wakeWhenOnline(ports.clock.now())
      delivery.wake('capture')
    },
  }
}

async function cancelAccepted(
  { store, clock, bus, report }: Ports,
  owner: Owner | undefined,
  id: string,
  catchUp: CurrentUser['catchUp'],
): Promise<CancelledWrite> {
  if (owner === undefined) return 'notFound'
  try {
    const done = await store.transact('readwrite', 'strict', (tx) =>
      cancelEntry(tx, owner.partition, id, clock.now()),
    )
    if (done === 'notFound') await catchUp()
    return done
  } catch (error) {
    report(error)
    return 'tooLate'
  } finally {
    bus.post('changed')
  }
}
