// A broker at work for one store: its captures, its user's outbox in the view, and the drain of that outbox.
import type { Action } from 'redux'
import type { Outgoing } from '../core/delivery/attempt.js'
import type { OutboxChanges } from '../core/journal/outbox-changes.js'
import { outcomesMax } from '../core/limits.js'
import { cancelEntry } from '../core/outbox/dead-letters.js'
import type { Owner } from '../core/outbox/partition.js'
import { retryAfterFreeingSpace } from '../core/rows/disk-reserve.js'
import type { StoredAction } from '../core/rows/entry.js'
import { hasMark, readAtOf, readMark, type Status } from '../redux/actions.js'
import { isDevelopment } from '../redux/development.js'
import { isRead, type Route } from '../redux/route.js'
import type { Receipt } from '../redux/types.js'
import type { Internals } from './broker.js'
import { type AcceptedPlace, type CancelledWrite, WriteCapture } from './capture/capture.js'
import { createDelivery, type Delivery, type DeliveryContext } from './delivery/delivery.js'
import { createOriginHealth, type OriginHealth } from './delivery/origin-health.js'
import { createAdvice } from './development/origin-advice.js'
import { pageDevice } from './lifecycle/page-device.js'
import { createStoragePersistence, type StoragePersistence } from './lifecycle/storage-persistence.js'
import type { ReadEngine } from './reads-port.js'
import type { RuntimeConfig } from './runtime-config.js'
import { createUserRows, type UserRows } from './user/user-rows.js'
import { UserSession } from './user/user-session.js'
import { createReceipts } from './view/receipts.js'
import { createResetRepair, type ResetRepair } from './view/reset-repair.js'
import { createStoreBridge, type StoreBridge } from './view/store-bridge.js'

type PassOn = (action: unknown) => unknown

export class Runtime implements Internals {
  readonly ports: RuntimeConfig['ports'] & DeliveryContext['ports']
  readonly capture: (route: Route, action: StoredAction, next: PassOn) => Receipt<unknown>
  readonly reads: ReadEngine | undefined
  readonly cancel: WriteCapture['cancel']
  readonly cancelCaptures: WriteCapture['cancelAll']
  readonly #config: RuntimeConfig
  readonly #users: UserRows
  readonly #view: StoreBridge
  readonly #mending: ResetRepair
  readonly #health: OriginHealth
  readonly #persistence: StoragePersistence
  readonly #capturing: WriteCapture
  #sending: Delivery
  #stopListening: readonly (() => void)[] = []
  readonly #advise: ReturnType<typeof createAdvice> | undefined
  readonly #started: Promise<void>
  #session: UserSession | undefined
  #stopped = false
  /** Truths come that may be older than what was shown. */
  #isDated = false

  constructor(config: RuntimeConfig) {
    const { ports, host } = config
    const receipts = createReceipts()
    this.#config = config
    // Captures have the plain store: the rest of a full disk belongs to entries that were accepted.
    this.ports = {
      ...ports,
      store: retryAfterFreeingSpace(ports.store),
      device: pageDevice(host, ports.device),
    }
    this.#users = createUserRows(this.ports, config)
    this.#view = createStoreBridge(ports, host, receipts, (action) => {
      config.dispatch(action)
      this.reads?.onAction(action)
    })
    this.#mending = createResetRepair(this.#view, config.slice)
    this.#persistence = createStoragePersistence(host, config.persist)
    this.#advise = isDevelopment ? createAdvice({ ...config, ports: this.ports }) : undefined
    this.#health = createOriginHealth(this.ports, host, () => {
      ports.bus.post('changed')
      this.#sending.wake('capture')
    })
    this.#sending = this.#listen()
    // The store is not ready to dispatch while its middleware is being set up.
    this.#started = Promise.resolve().then(() => this.reduced({ type: '' }))
    const principal = () => this.#session?.principal ?? ''
    this.#capturing = new WriteCapture({
      ...config,
      users: this.#users,
      receipts,
      principal,
      dispatch: this.#view.dispatch,
      onCaptured: this.#view.captured,
      onCommitted: (committed) => this.#onCommitted(committed),
      cancelAccepted: (id) => this.#cancel(id),
    })
    this.reads = config.createReads?.({
      ...config,
      ports: this.ports,
      receipts,
      principal,
      user: () => this.user(),
      view: this.#view,
      dispatch: this.#view.answered,
      restored: () => this.ready,
      shown: () => this.shown(),
    })
    this.capture = (route, action, next) => {
      this.checkUser()
      // Its engine came with the route.
      return isRead(route)
        ? (this.reads as ReadEngine).capture(route, action, next)
        : this.#capturing.capture(route, action, next)
    }
    this.cancel = (id) => this.#capturing.cancel(id)
    this.cancelCaptures = () => this.#capturing.cancelAll()
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  get ready(): Promise<void> {
    return this.#started.then(() => this.#session?.restored)
  }

  /** The user of now; undefined while nobody is signed in or the storage fails. */
  async user(): Promise<Owner | undefined> {
    return this.#session?.owner.catch(() => undefined)
  }

  persisted(): boolean | undefined {
    return this.#persistence.has()
  }

  shown(): number {
    return this.#session?.shown() ?? 0
  }

  /** A truth that may be old goes on with the outcomes that came after it. */
  dated(action: unknown): unknown {
    const readAt = readAtOf(action)
    if (readAt === undefined || hasMark(action)) return action
    this.#isDated = true
    return readMark(action, { later: this.#view.outcomesSince(readAt) })
  }

  /** Whether entries are in the view, beside this one. */
  hasPending(besides: string | undefined): boolean {
    return this.#view.hasPending(besides)
  }

  /** Call it when a reducer was given a state that it did not make, or none. */
  tear(): void {
    if (!this.#stopped) this.#mending.tear()
  }

  /** Call it after every action: the user may have changed, and slices may have begun anew. */
  reduced(action: Action): void {
    this.checkUser()
    if (!this.#stopped) this.#mending.mend(action)
  }

  /** The user may have changed. */
  checkUser(): void {
    const principal = this.#stopped ? undefined : this.#config.partition()
    const last = this.#session
    if (principal === last?.principal) return
    last?.stop()
    this.#capturing.room.forget()
    this.#sending.halt()
    const session = principal === undefined ? undefined : this.#signIn(principal)
    this.#session = session
    const written = session?.owner ?? this.#signOut(last)
    // Before any subscriber hears of it, since a subscriber may ask for the next user's reads at once.
    this.reads?.userChanged(last?.owner, written)
    if (last !== undefined) this.#view.clear()
    session?.begin()
  }

  /** Rows changed: look at them, and have them sent. */
  changed(): void {
    this.#capturing.room.forget()
    this.ports.bus.post('changed')
    this.#sending.wake('signal')
  }

  async resume(): Promise<void> {
    const owner = await this.user()
    if (owner === undefined) return
    await this.#users.resume(owner)
    this.changed()
  }

  status(part: Partial<Status>): void {
    this.#view.status(part)
  }

  /** Takes an entry out of the index of which nothing more will come. */
  dismiss(entryId: string): void {
    if (this.#view.shown(entryId) === undefined)
      this.#view.dispatch([{ type: 'redux-broker/discarded', payload: entryId }])
  }

  /** Nothing is read, shown or sent until it wakes. */
  rest(): void {
    for (const stop of this.#stopListening) stop()
    this.#stopListening = []
    this.#sending.stop()
  }

  /** The outcomes of the meantime are told first. */
  wake(): void {
    this.#sending = this.#listen()
    this.#hint()
    this.#sending.wake('signal')
  }

  stop(): void {
    this.#stopped = true
    this.#session?.stop()
    this.#session = undefined
    this.reads?.stop()
    this.rest()
    this.ports.store.close()
    this.ports.bus.close()
    this.#config.release()
  }

  #listen(): Delivery {
    const { bus, reachability } = this.ports
    const { host } = this.#config
    const hint = () => this.#hint()
    const heard = () => {
      this.#health.heard()
      this.#view.status({ connectivity: this.#health.connectivity() })
    }
    this.#stopListening = [
      bus.listen(hint),
      host.listen(hint),
      host.listenTraffic(reachability.note),
      reachability.listen(heard),
    ]
    return createDelivery({
      ...this.#config,
      ports: this.ports,
      user: () => this.user(),
      look: hint,
      prepare: (outgoing) => this.#prepare(outgoing),
    })
  }

  /** The app's functions see the outcomes of earlier entries: those answers hold the next version, or the next token. */
  async #prepare(outgoing: Outgoing): Promise<Outgoing['headers']> {
    const { has, prepare } = this.#config
    if (has.length > 0) await this.#session?.catchUp()
    return prepare(outgoing)
  }

  /** Rows may have changed. */
  #hint(): void {
    this.#capturing.room.forget()
    if (this.#stopListening.length > 0) this.#session?.hint()
  }

  #signIn(principal: string): UserSession {
    return new UserSession(principal, {
      ...this.#config,
      ports: this.ports,
      users: this.#users,
      view: this.#view,
      onNews: (news) => this.#hear(news),
      onRestored: () => this.#sending.wake('signal'),
      keepsShown: () => (this.reads !== undefined || this.#isDated ? outcomesMax : 0),
    })
  }

  #hear(news: OutboxChanges): void {
    const connectivity = this.#health.news(news.origins)
    this.#view.news(news, connectivity)
    void this.#advise?.(news)
    if (this.#stopListening.length > 0) this.#sending.plan(news)
    this.#persistence.news(news, connectivity)
  }

  async #signOut(last: UserSession | undefined): Promise<void> {
    if (last === undefined || this.#stopped) return
    await this.#users.signOut(last.principal).catch(this.ports.report)
  }

  #onCommitted(committed: readonly AcceptedPlace[]): void {
    for (const { id, seq } of committed) this.#view.accepted(id, seq)
    this.#persistence.accepted()
    this.ports.bus.post('changed')
    this.#config.worker.wakeWhenOnline(this.ports.clock.now())
    this.#sending.wake('capture')
  }

  async #cancel(id: string): Promise<CancelledWrite> {
    const { store, clock, report } = this.ports
    const owner = await this.user()
    if (owner === undefined) return 'notFound'
    try {
      return await store.transact('readwrite', 'strict', (tx) =>
        cancelEntry(tx, owner.partition, id, clock.now()),
      )
    } catch (error) {
      report(error)
      return 'tooLate'
    } finally {
      this.#capturing.room.forget()
      this.ports.bus.post('changed')
    }
  }
}
