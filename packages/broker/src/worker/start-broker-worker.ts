// The broker in a service worker: drains when it starts, when a page asks, and when the browser says that the
// network is back. It listens to what it needs and leaves everything else (fetch, push, caching) to the app.
import { browserPorts } from '../adapters/browser-ports.js'
import { needsOf, originOf } from '../core/claim.js'
import type { SendingEntry } from '../core/entry.js'
import { createExecutor, type Executor } from '../core/executor.js'
import { defaultLimits, type Limits } from '../core/limits.js'
import { readOutlook } from '../core/news.js'
import { nextWake } from '../core/next-wake.js'
import type { Probe } from '../core/origin.js'
import { readActive } from '../core/partition.js'
import type { Ports } from '../core/ports.js'
import { draining, isDrainCommand, syncTag, syncTagPrefix } from '../core/protocol.js'

declare const self: ServiceWorkerGlobalScope & { readonly registration: { readonly sync?: SyncManager } }

interface SyncManager {
  register(tag: string): Promise<void>
}
interface SyncEvent extends ExtendableEvent {
  readonly tag: string
}

export interface WorkerOptions {
  /** The database's name, as in `createBroker`. Default `redux-broker`. */
  readonly name?: string
  /** Origins that requests may go to, besides the worker's own. */
  readonly origins?: readonly string[]
  /** Those that are for the sending, as in `createBroker`. */
  readonly limits?: Partial<Pick<Limits, 'attemptMs' | 'concurrencyMax' | 'failuresMax'>>
  /** As in `createBroker`: without it the worker leaves entries that need it to a page. */
  prepareHeaders?(
    headers: Headers,
    entry: { readonly partition: string; readonly url: string; readonly route: string },
  ): Headers | void | PromiseLike<Headers | void>
}

/** A worker is stopped 30 s after its last event; a timer of this length still fires within the event that set it. */
const waitMsMax = 20_000
/** The last drain that begins within it, and its last attempt, end well before the 180 s that a `sync` may take. */
const eventMsMax = 60_000

export interface BrokerWorker {
  /**
   * The user of the browser's session as a page last said (what `partition` gave); undefined while nobody is signed
   * in. For what the app's worker keeps for each user, offline too.
   */
  activeUser(): Promise<string | undefined>
}

/** Call it once, while the worker's script is first run: a listener that is added later is not heard. */
export function startBrokerWorker(options: WorkerOptions = {}): BrokerWorker {
  const database = options.name ?? 'redux-broker'
  const ports = browserPorts(database)
  const executor = createExecutor({
    ports,
    database,
    limits: { ...defaultLimits, ...options.limits },
    owner: ports.chance.id(),
    user: () => active(ports),
    serves: (channel) => isServed(channel, options),
    prepare: (entry) => prepare(entry, options),
  })
  const work = (probe: Probe) => drainAndWait(executor, ports, probe)

  self.addEventListener('message', (event) => {
    // Only a window of this origin may ask, and only to drain: no message says what is sent (SEC15).
    if (!(event.source instanceof WindowClient) || !isDrainCommand(event.data, database)) return
    event.waitUntil(work(event.data.probe))
    // The page asks for the lock when it hears the answer: by then the drain has asked, since it began to read first.
    event.waitUntil(active(ports).then(() => event.ports[0]?.postMessage(draining)))
  })
  // Not waited for: while a worker activates, every page that it controls waits for its first request.
  self.addEventListener('activate', () => void executor.wake('signal'))
  self.addEventListener('sync', (event) => {
    const sync = event as SyncEvent
    if (sync.tag.startsWith(syncTagPrefix(database))) sync.waitUntil(onSync(executor, ports, database))
  })
  return { activeUser: async () => (await active(ports))?.principal }
}

const active = ({ store }: Ports) => store.transact('readonly', 'relaxed', readActive)

/**
 * Drains, and drains again where the next entry is due so soon that the worker lives to see it. Not where a newer
 * version of the worker is there: it takes over once this one has no event left.
 */
async function drainAndWait(executor: Executor, ports: Ports, first: Probe): Promise<void> {
  const until = ports.clock.monotonic() + eventMsMax
  for (let probe = first; ; ) {
    await executor.wake(probe)
    const next = await nextUp(ports)
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

async function nextUp(ports: Ports) {
  const owner = await active(ports)
  if (owner === undefined) return undefined
  const outlook = await ports.store.transact('readonly', 'relaxed', (tx) => readOutlook(tx, owner.partition))
  return nextWake(outlook, ports.clock.now(), navigator.onLine)
}

/**
 * What is left is tried again at the next change of the network, under a fresh tag, since a tag that failed is not
 * hastened. Where the browser believes itself online a fresh tag would fire at once and for ever; there, and where
 * no tag is taken, the event fails, and the browser repeats it in minutes.
 */
async function onSync(executor: Executor, ports: Ports, database: string): Promise<void> {
  await drainAndWait(executor, ports, 'signal')
  if ((await nextUp(ports)) === undefined) return
  if (navigator.onLine || self.registration.sync === undefined)
    throw new Error('redux-broker: entries are still waiting.')
  await self.registration.sync.register(`${syncTag(database, ports.clock.now())}:${ports.chance.id()}`)
}

function isServed(channel: string, { origins = [], prepareHeaders }: WorkerOptions): boolean {
  const origin = originOf(channel)
  const allowed = origin === self.location.origin || origins.includes(origin)
  return (
    allowed && needsOf(channel).every((need) => need === 'prepareHeaders' && prepareHeaders !== undefined)
  )
}

async function prepare(
  { channel, partition, request, action }: SendingEntry,
  { prepareHeaders }: WorkerOptions,
) {
  if (prepareHeaders === undefined || needsOf(channel).length === 0) return request.headers
  const headers = new Headers(request.headers as [string, string][])
  return [
    ...((await prepareHeaders(headers, { partition, url: request.url, route: action.type })) ?? headers),
  ]
}
