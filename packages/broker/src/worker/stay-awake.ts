// How a worker drains and stays awake for what is due soon, and how it has the browser wake it for the rest.

import { syncTag } from '../core/delivery/drain-messages.js'
import type { Executor } from '../core/delivery/executor.js'
import { nextWake, readOutlook } from '../core/delivery/next-wake.js'
import { originOfUrl } from '../core/network/url-origin.js'
import type { CanSend } from '../core/outbox/delivery-requirements.js'
import type { Owner } from '../core/outbox/partition.js'
import type { WakeReason } from '../core/outcomes/circuit-breaker.js'
import type { Ports } from '../core/ports/all-ports.js'

/** Of this worker. Some browsers have no background sync. */
export interface WorkerRegistration
  extends Pick<
    ServiceWorkerRegistration,
    'scope' | 'installing' | 'waiting' | 'addEventListener' | 'removeEventListener'
  > {
  readonly sync?: { register(tag: string): Promise<void> }
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

/** The parts of a worker. */
export interface WorkerLife {
  readonly executor: Executor
  readonly ports: Ports
  readonly database: string
  readonly serves: CanSend
  readonly registration: WorkerRegistration
  user(): Promise<Owner | undefined>
}

/**
 * Drains, and drains again where the next entry is due so soon that the worker lives to see it. Not where a newer
 * version of the worker is there: it takes over once this one has no event left.
 */
export async function drainAndWait(life: WorkerLife, first: WakeReason): Promise<void> {
  const { executor, ports, registration } = life
  const until = ports.clock.monotonic() + eventMsMax
  for (let probe = first; ; ) {
    await executor.wake(probe)
    if (hasSuccessor(registration)) return waitFor(life, settleMs)
    const next = await nextUp(life)
    if (next === undefined || next.delayMs > waitMsMax || ports.clock.monotonic() + next.delayMs > until)
      return
    await waitFor(life, next.delayMs)
    if (hasSuccessor(registration)) return
    probe = next.probe
  }
}

const hasSuccessor = ({ installing, waiting }: WorkerRegistration) => installing !== null || waiting !== null

/** Ends early where a newer version of the worker is found. */
function waitFor({ ports: { clock }, registration }: WorkerLife, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel()
      registration.removeEventListener('updatefound', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    registration.addEventListener('updatefound', end)
  })
}

/** The next wake-up for work that this worker can send. The rest is left to a page, and no reason to stay awake. */
async function nextUp({ ports, serves, registration, user }: WorkerLife) {
  const owner = await user()
  if (owner === undefined) return undefined
  const outlook = await ports.store.transact('readonly', 'relaxed', (tx) =>
    readOutlook(tx, owner.partition, serves),
  )
  if (!serves(originOfUrl(registration.scope), outlook.row.needs ?? [])) return undefined
  return nextWake(outlook, ports.clock.now(), ports.network.isOnline(), ports)
}

/**
 * Has work that is left tried again at the next change of the network. That takes a fresh tag, since a tag that failed
 * is not hastened. While the browser believes itself online a fresh tag would fire at once and for ever. So there, and
 * where no tag is taken, the event fails, and the browser repeats it in minutes.
 */
export async function onSync(life: WorkerLife): Promise<void> {
  const { ports, database, registration } = life
  await drainAndWait(life, 'signal')
  if ((await nextUp(life)) === undefined) return
  if (ports.network.isOnline() || registration.sync === undefined)
    throw new Error('redux-broker: entries are still waiting.')
  await registration.sync.register(`${syncTag(database, ports.clock.now())}:${ports.randomSource.id()}`)
}
