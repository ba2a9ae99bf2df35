// A broker at work for one store: its captures, its user's outbox in the view, and somebody who drains it.
import type { Action } from 'redux'
import type { Outgoing } from '../core/attempt.js'
import { cancel, findGone } from '../core/letters.js'
import { type Limits, outcomesMax } from '../core/limits.js'
import type { News } from '../core/news.js'
import type { CredentialsOf } from '../core/origins.js'
import { type AppWord, noteLoss, type Owner } from '../core/partition.js'
import type { Ports } from '../core/ports.js'
import type { Reachability } from '../core/reachability.js'
import { withRoom } from '../core/room.js'
import type { StoredAction } from '../core/schema.js'
import { hasMark, mark, readAtOf, type Status } from '../redux/actions.js'
import type { BrokerState } from '../redux/broker-reducer.js'
import { isDevelopment } from '../redux/development.js'
import { isRead, type Route } from '../redux/route.js'
import type { Receipt } from '../redux/types.js'
import type { Internals } from './broker.js'
import { type AcceptedPlace, type Cancelled, Capturing } from './capturing.js'
import type { CatchUp } from './catch-up.js'
import { createFollower, type Follower } from './follower.js'
import type { Host } from './host.js'
import { createMending, type Mending } from './mending.js'
import { createAdvice } from './origin-advice.js'
import { createOriginHealth, type OriginHealth } from './origin-health.js'
import { pageDevice } from './page-device.js'
import { createPageView, type PageView } from './page-view.js'
import { createPersistence, type Persistence } from './persistence.js'
import type { ReadEngine, ReadPart } from './read-engine.js'
import { createReceipts } from './receipts.js'
import { createSending, type Sending, type SendingContext } from './sending.js'
import type { SnapshotContext } from './snapshot.js'
import { createUsers, type Users, type UsersContext } from './users.js'
import type { WorkerClient } from './worker-client.js'

export interface RuntimeConfig {
  readonly database: string
  readonly ports: Ports & { readonly reachability: Reachability }
  readonly host: Host
  readonly inquiries: SendingContext['inquiries']
  readonly worker: WorkerClient
  readonly limits: Limits
  readonly snapshot: SnapshotContext
  readonly routes: ReadonlyMap<string, Route>
  /** Undefined where the app declares no read. */
  readonly createReads: ReturnType<ReadPart['begin']>['createEngine'] | undefined
  /** What a worker that is alone must know of the app. */
  readonly app: AppWord
  readonly base: UsersContext['base']
  readonly serves: SendingContext['serves']
  readonly credentialsOf: CredentialsOf
  readonly prepare: SendingContext['prepare']
  readonly refuses?: SendingContext['refuses']
  /** Names of the functions that this page has for its requests. */
  readonly has: readonly string[]
  /** Whether the browser may be asked to keep the data. */
  readonly persist: boolean
  /** The app's word for its user. */
  partition(): string | undefined
  readonly parse: CatchUp['parse']
  dispatch(action: Action): unknown
  /** The broker's slice of the store's state. */
  slice(): BrokerState
  /** Another store may have the database. */
  release(): void
}

type Next = (action: unknown) => unknown

interface Session {
  readonly principal: string
  owner: Promise<Owner>
  follower?: Follower
  /** How often its database has begun anew, as last read. */
  wipes?: number
  /** The storage failed at its beginning, or began anew. */
  broken?: boolean
}

export class Runtime implements Internals {
  readonly ports: RuntimeConfig['ports'] & SendingContext['ports']
  readonly capture: (route: Route, action: StoredAction, next: Next) => Receipt<unknown>
  readonly reads: ReadEngine | undefined
  readonly cancel: Capturing['cancel']
  readonly cancelCaptures: Capturing['cancelAll']
  readonly #config: RuntimeConfig
  readonly #users: Users
  readonly #view: PageView
  readonly #mending: Mending
  readonly #health: OriginHealth
  readonly #persistence: Persistence
  #sending: Sending
  #stopListening: readonly (() => void)[] = []
  readonly #advise: ReturnType<typeof createAdvice> | undefined
  readonly #started: Promise<void>
  #restored: Promise<void> = Promise.resolve()
  #session: Session | undefined
  #stopped = false
  /** Truths come that may be older than what was shown. */
  #isDated = false

  constructor(config: RuntimeConfig) {
    const { ports, host } = config
    const receipts = createReceipts()
    this.#config = config
    // Captures have the plain store: what is left of a full disk belongs to what was accepted.
    this.ports = { ...ports, store: withRoom(ports.store), device: pageDevice(host, ports.device) }
    this.#users = createUsers(this.ports, config)
    this.#view = createPageView(ports, host, receipts, (action) => {
      config.dispatch(action)
      this.reads?.hear(action)
    })
    this.#mending = createMending(this.#view, config.slice)
    this.#persistence = createPersistence(host, config.persist)
    this.#advise = isDevelopment ? createAdvice({ ...config, ports: this.ports }) : undefined
    this.#health = createOriginHealth(this.ports, host, () => {
      ports.bus.post('changed')
      this.#sending.wake('capture')
    })
    this.#sending = this.#listen()
    // The store is not ready to dispatch while its middleware is being set up.
    this.#started = Promise.resolve().then(() => this.reduced({ type: '' }))
    const principal = () => this.#session?.principal ?? ''
    const capturing = new Capturing({
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
        : capturing.capture(route, action, next)
    }
    this.cancel = (id) => capturing.cancel(id)
    this.cancelCaptures = () => capturing.cancelAll()
  }

  get isStopped(): boolean {
    return this.#stopped
  }

  get ready(): Promise<void> {
    return this.#started.then(() => this.#restored)
  }

  /** The user of now; undefined while nobody is signed in or the storage fails. */
  async user(): Promise<Owner | undefined> {
    return this.#session?.owner.catch(() => undefined)
  }

  persisted(): boolean | undefined {
    return this.#persistence.has()
  }

  shown(): number {
    return this.#session?.follower?.shown() ?? 0
  }

  /** A truth that may be old goes on with the outcomes that came after it. */
  dated(action: unknown): unknown {
    const readAt = readAtOf(action)
    if (readAt === undefined || hasMark(action)) return action
    this.#isDated = true
    return mark(action, { later: this.#view.outcomesSince(readAt) })
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
    last?.follower?.stop()
    this.#sending.halt()
    const session = principal === undefined ? undefined : { principal, owner: this.#users.signIn(principal) }
    this.#session = session
    const written = session?.owner ?? this.#signOut(last)
    // Before anybody hears of it: who does may ask for the next user's reads at once.
    this.reads?.userChanged(last?.owner, written)
    if (last !== undefined) this.#view.clear()
    this.#restored = Promise.resolve()
    if (session !== undefined) this.#begin(session)
  }

  /** Rows changed: look at them, and have them sent. */
  changed(): void {
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

  /** What happened meanwhile is told first. */
  wake(): void {
    this.#sending = this.#listen()
    this.#hint()
    this.#sending.wake('signal')
  }

  stop(): void {
    this.#stopped = true
    this.#session?.follower?.stop()
    this.#session = undefined
    this.reads?.stop()
    this.rest()
    this.ports.store.close()
    this.ports.bus.close()
    this.#config.release()
  }

  #listen(): Sending {
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
    return createSending({
      ...this.#config,
      ports: this.ports,
      user: () => this.user(),
      look: hint,
      prepare: (outgoing) => this.#prepare(outgoing),
    })
  }

  /** The app's functions see what came of the entries before: their answers hold the next version, or the next token. */
  async #prepare(outgoing: Outgoing): Promise<Outgoing['headers']> {
    const { has, prepare } = this.#config
    if (has.length > 0) {
      await this.#restored
      await this.#session?.follower?.catchUp()
    }
    return prepare(outgoing)
  }

  #hint(): void {
    if (this.#stopListening.length === 0) return
    if (this.#session?.broken) this.#begin(this.#session)
    else this.#session?.follower?.hint()
  }

  /** Where the storage fails it is tried again at the next hint. */
  #begin(session: Session): void {
    if (session.broken) session.owner = this.#users.signIn(session.principal)
    session.broken = false
    this.#restored = this.#enter(session).catch((error: unknown) => {
      session.follower?.stop()
      session.broken = true
      this.ports.report(error)
    })
  }

  async #enter(session: Session): Promise<void> {
    const { host, parse, serves } = this.#config
    const { ports } = this
    const { dispatch, shown, told, blocked } = this.#view
    const { partition } = await session.owner
    if (this.#session !== session) return
    const onNews = (latest: News) => {
      const connectivity = this.#health.news(latest.origins)
      this.#view.news(latest, connectivity)
      void this.#advise?.(latest)
      if (this.#stopListening.length > 0) this.#sending.plan(latest)
      this.#persistence.news(latest, connectivity)
      const { wipes = 0 } = latest.row
      session.wipes ??= wipes
      if (session.wipes < wipes) this.#beginAnew(session, wipes)
    }
    session.follower = createFollower({
      ports,
      host,
      partition,
      serves,
      parse,
      dispatch,
      shown,
      told,
      blocked,
      onNews,
      keepsShown: () => (this.reads !== undefined || this.#isDated ? outcomesMax : 0),
    })
    const stored = this.#view.stored()
    await session.follower.start()
    await this.#settleLost(partition, stored)
    this.#sending.wake('signal')
  }

  /** The database was emptied while it was open: nobody is signed in there, and what was read before says nothing. */
  #beginAnew(session: Session, wipes: number): void {
    session.follower?.stop()
    session.wipes = wipes
    session.broken = true
    this.#begin(session)
  }

  /** What is shown as stored, and is nowhere any more, was lost. */
  async #settleLost(partition: string, stored: readonly string[]): Promise<void> {
    const open = stored.filter(this.#view.shown)
    if (open.length === 0) return
    const { store, clock } = this.ports
    const shown = this.shown()
    const gone = await store.transact('readwrite', 'relaxed', async (tx) => {
      const ids = await findGone(tx, partition, open, shown)
      if (ids.length > 0) await noteLoss(tx, partition, ids.length, clock.now())
      return ids
    })
    this.#view.lost(gone, clock.now())
    this.ports.bus.post('changed')
  }

  async #signOut(last: Session | undefined): Promise<void> {
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

  async #cancel(id: string): Promise<Cancelled> {
    const { store, clock, report } = this.ports
    const owner = await this.user()
    if (owner === undefined) return 'notFound'
    try {
      return await store.transact('readwrite', 'strict', (tx) => cancel(tx, owner.partition, id, clock.now()))
    } catch (error) {
      report(error)
      return 'tooLate'
    } finally {
      this.ports.bus.post('changed')
    }
  }
}
