// The broker in a service worker: drains when it starts, when a page asks, and when the browser says that the
// network is back. It listens to what it needs and leaves everything else (fetch, push, caching) to the app.

import { browserPorts } from '../adapters/browser-ports.js'
import { preparedHeaders } from '../adapters/network/prepared-headers.js'
import { browserDevice } from '../adapters/system/browser-device.js'
import { recoverRows } from '../core/backup/recover-lost-rows.js'
import type { Device } from '../core/conditions/device.js'
import type { Outgoing } from '../core/delivery/attempt.js'
import { createExecutor, type Executor } from '../core/delivery/executor.js'
import { nextWake, readOutlook } from '../core/delivery/next-wake.js'
import { queryStatus, questions } from '../core/delivery/status-query.js'
import {
  draining,
  isAskCommand,
  isDrainCommand,
  syncTag,
  syncTagPrefix,
} from '../core/delivery/worker-messages.js'
import { defaultLimits, type Limits } from '../core/limits.js'
import {
  cookieNeeds,
  credentialsBy,
  type OriginOption,
  originNames,
} from '../core/network/allowed-origins.js'
import { createConnectionPool, withConnectionPool } from '../core/network/connection-pool.js'
import { withKnocks } from '../core/network/knock-first.js'
import { appHeaders, type CanSend, judgeRequirement } from '../core/outbox/delivery-requirements.js'
import { isActive, type Owner, readActive, readProven } from '../core/outbox/partition.js'
import type { WakeReason } from '../core/outcomes/circuit-breaker.js'
import type { Ports } from '../core/ports.js'
import { sendIdentified } from '../core/reads/cache/answer-identity.js'
import { notingScheduler } from '../core/reads/note-reachability.js'
import { createScheduler } from '../core/reads/scheduler/scheduler.js'
import { isReadCommand } from '../core/reads/worker-messages.js'
import type { RefusesAnswer } from '../core/rows/answer-rules.js'
import { type Base, isBase } from '../core/rows/app-homes.js'
import { retryAfterFreeingSpace } from '../core/rows/disk-reserve.js'
import { createReadServer } from './serve-reads.js'

declare const self: ServiceWorkerGlobalScope & {
  readonly registration: { readonly sync?: WorkerSyncManager }
}

interface WorkerSyncManager {
  register(tag: string): Promise<void>
}
interface SyncEvent extends ExtendableEvent {
  readonly tag: string
}

export interface WorkerOptions {
  /** The database's name, as in `createBroker`. Default: `redux-broker`, the part below the scope. */
  readonly name?: string
  /** The app's place, as in `createBroker`. Default: the directory of the scope. */
  readonly base?: string
  /**
   * As in `createBroker`: origins that requests may go to, besides the worker's own, and where cookies go along. Entries
   * for an origin that the worker was not told of wait for a page.
   */
  readonly origins?: readonly OriginOption[]
  /** Those that are for the sending, as in `createBroker`. */
  readonly limits?: Partial<
    Pick<
      Limits,
      'answerBytesMax' | 'attemptMs' | 'concurrencyMax' | 'failuresMax' | 'readsMax' | 'waitingReadsMax'
    >
  >
  /** As in `createBroker`: without it the worker leaves entries that need it to a page. */
  prepareHeaders?(headers: Headers, request: WorkerRequest): Headers | void | PromiseLike<Headers | void>
  /** The functions that routes have as their `refusedWhen`, by the type of the action: `{ [renamed.type]: refused }`. */
  readonly refusedWhen?: Readonly<Record<string, RefusesAnswer>>
}

/** A request that is about to leave the worker. */
export interface WorkerRequest {
  /** Whose: a name that stands for the user in this browser. */
  readonly partition: string
  readonly url: string
  /**
   * The type of the routed action. Undefined for a `broker.fetch`, and for the broker's own questions: the session's
   * probe, the status query.
   */
  readonly route: string | undefined
}

/** A worker is stopped 30 s after its last event; a timer of this length still fires within the event that set it. */
const waitMsMax = 20_000
/**
 * The time that pages have to ask for the changes of a drain. Chromium restarts a worker that is asked while Chromium
 * stops the worker. Its successor then waits until the worker has rested for 30 s, or for 5 minutes.
 */
const settleMs = 1_000
/** The last drain that begins within it, and its last attempt, end well before the 180 s that a `sync` may take. */
const eventMsMax = 60_000

export interface BrokerWorker {
  /**
   * The user of the browser's session, as `partition` of a page last gave it. Undefined while nobody is signed in, and
   * from `discardAll` to the user's next change or start. An app's worker can keep things apart by it, offline too.
   */
  activeUser(): Promise<string | undefined>
}

/** Call it once, while the worker's script is first run: a listener that is added later is not heard. */
export function startBrokerWorker(options: WorkerOptions = {}): BrokerWorker {
  const database = options.name ?? 'redux-broker'
  const base = workerBase(options)
  const { prepareHeaders, refusedWhen = {} } = options
  const origins = [self.location.origin, ...originNames(options.origins)]
  const world = browserPorts(database, async () => ({ recoverRows }), credentialsBy(options.origins))
  const limits = { ...defaultLimits, ...options.limits }
  const connections = createConnectionPool(limits.concurrencyMax)
  const ports = {
    ...withConnectionPool(withKnocks(world), connections),
    store: retryAfterFreeingSpace(world.store),
    device: neverVisible(browserDevice()),
  }
  const { chance, clock, locks, report } = ports
  const has = [...given(options), ...(locks.available ? ['reads'] : [])]
  const serves: CanSend = (origin, needs) =>
    origins.includes(origin) && needs.every((need) => has.includes(need))
  const prepare = ({ headers, action: _action, ...request }: Outgoing) =>
    preparedHeaders(headers, prepareHeaders, request)
  const user = () => readProven(ports, base)
  const executor = createExecutor({
    ports,
    database,
    limits,
    owner: chance.id(),
    user,
    serves,
    prepare,
    refuses: (type) => refusedWhen[type],
    inquiries: () => ({ queryStatus, questions }),
  })
  const scheduler = createScheduler({
    clock,
    chance,
    connections,
    limits: { ...limits, wireMs: limits.attemptMs },
    report,
    isOnline: () => navigator.onLine,
    async send(request, { partition = '', route, ...wire }) {
      const headers = await prepare({ ...request, partition, route })
      // The app prepared them for the session of now, which may be another user's (P6).
      if (headers !== request.headers && !(await isActive(ports.store, partition))) return { kind: 'failed' }
      return sendIdentified(world.network, request, headers, { ...wire, bytesMax: limits.answerBytesMax })
    },
  })
  const line = notingScheduler(scheduler, ports)
  const reads = createReadServer({ database, line, locks, instance: chance.id(), serves, report })
  const life = { executor, ports, database, serves, user }

  self.addEventListener('message', (event) => {
    // Only a window of this origin may ask, to drain or to read: no message says what is written (SEC15).
    if (!(event.source instanceof WindowClient)) return
    // The user agreed to the update (`applyUpdate`); entries wait on disk meanwhile.
    if (event.data?.type === 'SKIP_WAITING') void self.skipWaiting()
    if (isReadCommand(event.data, database)) event.waitUntil(reads.serve(event.data, event.ports[0]))
    const answer = (partition?: string) =>
      event.ports[0]?.postMessage(draining([...has, ...origins], partition))
    if (isAskCommand(event.data, database)) answer()
    if (!isDrainCommand(event.data, database)) return
    event.waitUntil(drainAndWait(life, event.data.probe))
    // The page asks for the lock when it hears the answer. The drain must have asked before: first read all that it reads.
    const session = user().then(() => activeAt(ports, base))
    event.waitUntil(session.then((owner) => answer(owner?.partition ?? '')))
  })
  // Not waited for: while a worker activates, every page that it controls waits for its first request.
  self.addEventListener('activate', () => void executor.wake('signal'))
  self.addEventListener('sync', (event) => {
    const sync = event as SyncEvent
    if (sync.tag.startsWith(syncTagPrefix(database))) sync.waitUntil(onSync(life))
  })
  return { activeUser: async () => (await user())?.principal }
}

const activeAt = ({ store }: Pick<Ports, 'store'>, base: Base) =>
  store.transact('readonly', 'relaxed', (tx) => readActive(tx, base))

/** @throws TypeError where the base is not written as one. */
function workerBase({ name, base }: WorkerOptions): Base {
  if (base !== undefined && !isBase(base))
    throw new TypeError(`redux-broker: \`base\` must be a path such as '/shop/'; got ${base}.`)
  // A database with a name of its own belongs to one app.
  return base ?? (name === undefined ? new URL('.', self.registration.scope).pathname : '/')
}

/** The needs of entries that this worker can meet. */
const given = ({ prepareHeaders, refusedWhen = {}, origins }: WorkerOptions) => [
  ...(prepareHeaders === undefined ? [] : [appHeaders]),
  ...Object.keys(refusedWhen).map(judgeRequirement),
  ...cookieNeeds(origins),
]

/** A worker is never looked at: entries that wait for a visible page are left to one. */
const neverVisible = (device: Device): Device => ({
  ...device,
  now: () => ({ ...device.now(), visible: false }),
})

/** What a worker is made of. */
interface WorkerLife {
  readonly executor: Executor
  readonly ports: Ports
  readonly database: string
  readonly serves: CanSend
  user(): Promise<Owner | undefined>
}

/**
 * Drains, and drains again where the next entry is due so soon that the worker lives to see it. Not where a newer
 * version of the worker is there: it takes over once this one has no event left.
 */
async function drainAndWait(life: WorkerLife, first: WakeReason): Promise<void> {
  const { executor, ports } = life
  const until = ports.clock.monotonic() + eventMsMax
  for (let probe = first; ; ) {
    await executor.wake(probe)
    if (hasSuccessor()) return waitFor(ports, settleMs)
    const next = await nextUp(life)
    if (next === undefined || next.delayMs > waitMsMax || ports.clock.monotonic() + next.delayMs > until)
      return
    await waitFor(ports, next.delayMs)
    if (hasSuccessor()) return
    probe = next.probe
  }
}

const hasSuccessor = () => self.registration.installing !== null || self.registration.waiting !== null

/** Ends early where a newer version of the worker is found. */
function waitFor({ clock }: Ports, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel()
      self.registration.removeEventListener('updatefound', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    self.registration.addEventListener('updatefound', end)
  })
}

/** The next wake-up for work that this worker can send. The rest is left to a page, and no reason to stay awake. */
async function nextUp({ ports, serves, user }: WorkerLife) {
  const owner = await user()
  if (owner === undefined) return undefined
  const outlook = await ports.store.transact('readonly', 'relaxed', (tx) =>
    readOutlook(tx, owner.partition, serves),
  )
  if (!serves(self.location.origin, outlook.row.needs ?? [])) return undefined
  return nextWake(outlook, ports.clock.now(), navigator.onLine, ports)
}

/**
 * Has work that is left tried again at the next change of the network. That takes a fresh tag, since a tag that failed
 * is not hastened. While the browser believes itself online a fresh tag would fire at once and for ever. So there, and
 * where no tag is taken, the event fails, and the browser repeats it in minutes.
 */
async function onSync(life: WorkerLife): Promise<void> {
  const { ports, database } = life
  await drainAndWait(life, 'signal')
  if ((await nextUp(life)) === undefined) return
  if (navigator.onLine || self.registration.sync === undefined)
    throw new Error('redux-broker: entries are still waiting.')
  await self.registration.sync.register(`${syncTag(database, ports.clock.now())}:${ports.chance.id()}`)
}
