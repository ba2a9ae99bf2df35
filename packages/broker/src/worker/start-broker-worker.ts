// The broker in a service worker: drains when it starts, when a page asks, and when the browser says that the
// network is back. It listens to what it needs and leaves everything else (fetch, push, caching) to the app.

import { browserPorts } from '../adapters/browser-ports.js'
import { preparedHeaders } from '../adapters/network/prepared-headers.js'
import { browserDevice } from '../adapters/system/browser-device.js'
import { recoverRows } from '../core/backup/recover-lost-rows.js'
import type { Device } from '../core/conditions/device.js'
import type { Outgoing } from '../core/delivery/ask-server.js'
import { draining, isAskCommand, isDrainCommand, syncTagPrefix } from '../core/delivery/drain-messages.js'
import { createExecutor } from '../core/delivery/executor.js'
import { queryStatus, questions } from '../core/delivery/status-query.js'
import { defaultLimits } from '../core/limits.js'
import { credentialsBy, originNames } from '../core/network/allowed-origins.js'
import { createConnectionPool, withConnectionPool } from '../core/network/connection-pool.js'
import { withKnocks } from '../core/network/knock-first.js'
import type { Network } from '../core/network/network.js'
import type { CanSend } from '../core/outbox/delivery-requirements.js'
import { isActive, type Owner, readActive, readProven } from '../core/outbox/partition.js'
import type { Ports } from '../core/ports/all-ports.js'
import { sendKeyed } from '../core/reads/cache/key-headers.js'
import { isReadCommand } from '../core/reads/read-messages.js'
import { withReachability } from '../core/reads/scheduler/reachability-scheduler.js'
import { createScheduler } from '../core/reads/scheduler/scheduler.js'
import { shareByKey } from '../core/reads/scheduler/share-by-key.js'
import type { Base } from '../core/rows/base-path.js'
import { retryAfterFreeingSpace } from '../core/rows/disk-reserve.js'
import type { Store } from '../core/rows/store-port.js'
import { createReadServer, type ReadServer } from './serve-reads.js'
import { drainAndWait, onSync, type WorkerLife } from './stay-awake.js'
import { type WorkerOptions, workerBase, workerCapabilities } from './worker-options.js'

declare const self: ServiceWorkerGlobalScope

interface SyncEvent extends ExtendableEvent {
  readonly tag: string
}

export interface BrokerWorker {
  /**
   * The user of the browser's session, as `user` of a page last gave it. Undefined while nobody is signed in, and
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
  const { randomSource, clock, locks, report } = ports
  const has = [...workerCapabilities(options), ...(locks.available ? ['reads'] : [])]
  const serves: CanSend = (origin, needs) =>
    origins.includes(origin) && needs.every((need) => has.includes(need))
  const prepare = ({ headers, url, route, partition: outbox }: Outgoing) =>
    preparedHeaders(headers, prepareHeaders, { outbox, url, route })
  const user = () => readProven(ports, base)
  const executor = createExecutor({
    ports,
    database,
    limits,
    owner: randomSource.id(),
    user,
    serves,
    prepare,
    refuses: (type) => refusedWhen[type],
    statusQueryCode: () => ({ queryStatus, questions }),
  })
  const ownScheduler = createScheduler({
    clock,
    randomSource,
    connections,
    limits: { ...limits, requestTimeoutMs: limits.attemptMs },
    report,
    isOnline: () => navigator.onLine,
    send: sendingReads(ports.store, prepare, world.network, limits.answerBytesMax),
  })
  const scheduler = withReachability(shareByKey(ownScheduler, { report }), ports)
  const reads = createReadServer({ database, scheduler, locks, instance: randomSource.id(), serves, report })
  const life = { executor, ports, database, serves, user, registration: self.registration }

  self.addEventListener('message', (event) => {
    // Only a window of this origin may ask, to drain or to read: no message says what is written.
    if (event.source instanceof WindowClient)
      hearPage(event, life, reads, [...has, ...origins], () => activeAt(ports, base))
  })
  // Not waited for: while a worker activates, every page that it controls waits for its first request.
  self.addEventListener('activate', () => void executor.wake('signal'))
  self.addEventListener('sync', (event) => {
    const sync = event as SyncEvent
    if (sync.tag.startsWith(syncTagPrefix(database))) sync.waitUntil(onSync(life))
  })
  return { activeUser: async () => (await user())?.principal }
}

/** A message of a page: to take over, to read, to say what this worker has, or to drain. */
function hearPage(
  event: ExtendableMessageEvent,
  life: WorkerLife,
  reads: ReadServer,
  has: readonly string[],
  active: () => Promise<Owner | undefined>,
): void {
  const { data } = event
  const [port] = event.ports
  // The user agreed to the update (`applyUpdate`). Entries wait on disk meanwhile.
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting()
  if (isReadCommand(data, life.database)) event.waitUntil(reads.serve(data, port))
  const answer = (partition?: string) => port?.postMessage(draining(has, partition))
  if (isAskCommand(data, life.database)) answer()
  if (!isDrainCommand(data, life.database)) return
  event.waitUntil(drainAndWait(life, data.probe))
  // The page asks for the lock when it hears the answer. The drain must have asked before: first read all that it reads.
  const session = life.user().then(active)
  event.waitUntil(session.then((owner) => answer(owner?.partition ?? '')))
}

/** Sends a read with the headers that the app prepares for it. */
const sendingReads =
  (
    store: Store,
    prepare: (outgoing: Outgoing) => Promise<Outgoing['headers']>,
    network: Network,
    bytesMax: number,
  ): Parameters<typeof createScheduler>[0]['send'] =>
  async (request, { partition = '', route, ...wire }) => {
    const headers = await prepare({ ...request, partition, route })
    // The app prepared the headers for the session of now, which may be another user's.
    if (headers !== request.headers && !(await isActive(store, partition))) return { kind: 'failed' }
    return sendKeyed(network, request, headers, { ...wire, bytesMax })
  }

const activeAt = ({ store }: Pick<Ports, 'store'>, base: Base) =>
  store.transact('readonly', 'relaxed', (tx) => readActive(tx, base))

/** A worker is never looked at: entries that wait for a visible page are left to one. */
const neverVisible = (device: Device): Device => ({
  ...device,
  now: () => ({ ...device.now(), visible: false }),
})
