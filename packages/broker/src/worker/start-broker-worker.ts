// The broker in a service worker: drains when it starts, when a page asks, and when the browser says that the
// network is back. It listens to what it needs and leaves everything else (fetch, push, caching) to the app.
import { browserDevice } from '../adapters/browser-device.js'
import { browserPorts } from '../adapters/browser-ports.js'
import { fetchReads } from '../adapters/fetch-reads.js'
import { preparedHeaders } from '../adapters/prepared-headers.js'
import type { RefusesAnswer } from '../core/answer.js'
import type { Outgoing } from '../core/attempt.js'
import { bringBack } from '../core/bring-back.js'
import { appHeaders, judgeOf, type Serves } from '../core/channel.js'
import { createConnections, withConnections } from '../core/connections.js'
import { createExecutor, type Executor } from '../core/executor.js'
import { type Base, isBase } from '../core/home.js'
import { createInquiry, questions } from '../core/inquiry.js'
import { withKnocks } from '../core/knock-first.js'
import { defaultLimits, type Limits } from '../core/limits.js'
import { readOutlook } from '../core/news.js'
import { nextWake } from '../core/next-wake.js'
import type { Probe } from '../core/origin.js'
import { cookieNeeds, credentialsBy, type OriginOption, originNames } from '../core/origins.js'
import { isActive, type Owner, readActive, readProven } from '../core/partition.js'
import type { Device, Ports } from '../core/ports.js'
import { draining, isAskCommand, isDrainCommand, syncTag, syncTagPrefix } from '../core/protocol.js'
import { sendAsked } from '../core/reads/answer-identity.js'
import { isReadCommand } from '../core/reads/messages.js'
import { createScheduler } from '../core/reads/scheduler.js'
import { tellingLine } from '../core/reads/telling-line.js'
import { withRoom } from '../core/room.js'
import { createReadServer } from './serve-reads.js'

declare const self: ServiceWorkerGlobalScope & { readonly registration: { readonly sync?: SyncManager } }

interface SyncManager {
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
  const base = baseFor(options)
  const { prepareHeaders, refusedWhen = {} } = options
  const origins = [self.location.origin, ...originNames(options.origins)]
  const credentialsOf = credentialsBy(options.origins)
  const world = browserPorts(database, async () => ({ bringBack }), credentialsOf)
  const limits = { ...defaultLimits, ...options.limits }
  const connections = createConnections(limits.concurrencyMax)
  const ports = {
    ...withConnections(withKnocks(world), connections),
    store: withRoom(world.store),
    device: unseen(browserDevice()),
  }
  const { chance, clock, locks, report } = ports
  const has = [...given(options), ...(locks.available ? ['reads'] : [])]
  const serves: Serves = (origin, needs) =>
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
    inquiries: () => ({ createInquiry, questions }),
  })
  const network = fetchReads(credentialsOf, limits.answerBytesMax)
  const scheduler = createScheduler({
    clock,
    chance,
    connections,
    limits: { ...limits, wireMs: limits.attemptMs },
    report,
    isOnline: () => navigator.onLine,
    async send(request, { partition = '', route, signal, moved }) {
      const headers = await prepare({ ...request, partition, route })
      // The app prepared them for the session of now, which may be another user's (P6).
      if (headers !== request.headers && !(await isActive(ports.store, partition))) return { kind: 'failed' }
      return sendAsked(network, request, headers, signal, moved)
    },
  })
  const line = tellingLine(scheduler, ports)
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
function baseFor({ name, base }: WorkerOptions): Base {
  if (base !== undefined && !isBase(base))
    throw new TypeError(`redux-broker: \`base\` must be a path such as '/shop/'; got ${base}.`)
  // A database with a name of its own belongs to one app.
  return base ?? (name === undefined ? new URL('.', self.registration.scope).pathname : '/')
}

/** The needs of entries that this worker can meet. */
const given = ({ prepareHeaders, refusedWhen = {}, origins }: WorkerOptions) => [
  ...(prepareHeaders === undefined ? [] : [appHeaders]),
  ...Object.keys(refusedWhen).map(judgeOf),
  ...cookieNeeds(origins),
]

/** A worker is never looked at: entries that wait for a visible page are left to one. */
const unseen = (device: Device): Device => ({ ...device, now: () => ({ ...device.now(), visible: false }) })

/** What a worker is made of. */
interface Life {
  readonly executor: Executor
  readonly ports: Ports
  readonly database: string
  readonly serves: Serves
  user(): Promise<Owner | undefined>
}

/**
 * Drains, and drains again where the next entry is due so soon that the worker lives to see it. Not where a newer
 * version of the worker is there: it takes over once this one has no event left.
 */
async function drainAndWait(life: Life, first: Probe): Promise<void> {
  const { executor, ports } = life
  const until = ports.clock.monotonic() + eventMsMax
  for (let probe = first; ; ) {
    await executor.wake(probe)
    const next = await nextUp(life)
    if (next === undefined || next.delayMs > waitMsMax || ports.clock.monotonic() + next.delayMs > until)
      return
    if (hasSuccessor()) return
    await pause(ports, next.delayMs)
    if (hasSuccessor()) return
    probe = next.probe
  }
}

const hasSuccessor = () => self.registration.installing !== null || self.registration.waiting !== null

/** Ends early where a newer version of the worker is found. */
function pause({ clock }: Ports, ms: number): Promise<void> {
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
async function nextUp({ ports, serves, user }: Life) {
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
async function onSync(life: Life): Promise<void> {
  const { ports, database } = life
  await drainAndWait(life, 'signal')
  if ((await nextUp(life)) === undefined) return
  if (navigator.onLine || self.registration.sync === undefined)
    throw new Error('redux-broker: entries are still waiting.')
  await self.registration.sync.register(`${syncTag(database, ports.clock.now())}:${ports.chance.id()}`)
}
