// The page's side of the worker. Asks it to drain, and asks the browser to wake it when the network is back.

import { systemClock } from '../../adapters/system/system-clock.js'
import {
  type AskCommand,
  askCommand,
  type DrainCommand,
  type Draining,
  drainCommand,
  isDraining,
  syncTag,
} from '../../core/delivery/drain-messages.js'
import type { WakeReason } from '../../core/outcomes/circuit-breaker.js'
import { withTimeout } from '../../core/with-timeout.js'
import { isDevelopment } from '../../redux/development.js'
import { createWorkerAdvice } from '../development/worker-advice.js'

/** A worker that starts takes a while. A worker that has not answered by then is not counted on. */
const answerMs = 2_000
/** A worker that has not answered by then has most likely no part of the broker. */
const silentMs = 10_000

export interface WorkerClient {
  /** Asks the active worker whether it has the broker's part. To be called again for each version that takes over. */
  use(registration: ServiceWorkerRegistration): void
  /** Whether the worker took it on, for this partition where one is given. */
  drain(probe: WakeReason, partition?: string): Promise<boolean>
  /** With Background Sync the worker is woken when the network is back, also with no page open. */
  wakeWhenOnline(now: number): void
  /** `starting` also while an active worker has not answered yet. */
  state(): 'none' | 'starting' | 'active' | 'silent'
  /** Functions that the app's requests need. */
  readonly needs: readonly string[]
  /** Needs, functions of single routes and origins of the app that the worker has not said that it has. */
  lacks(): readonly string[]
  /** Undefined where no worker is active, or it does not answer, or has said that it cannot do this app's reads. */
  forReads(): Pick<ServiceWorker, 'postMessage'> | undefined
  /** The worker did not take a read in time. Until it answers a command it is not counted on. */
  markUnresponsive(): void
  hasBackgroundSync(): boolean
}

/** Needs of some requests of the app, as their origins and functions of single routes. */
interface SomeRequestsNeed {
  readonly origins?: readonly string[]
  readonly judges?: readonly string[]
}

export function createWorkerClient(
  database: string,
  needs: readonly string[],
  { origins = [], judges = [] }: SomeRequestsNeed = {},
): WorkerClient {
  let registration: ServiceWorkerRegistration | undefined
  /** Undefined while it has not been asked for long enough. */
  let answered: boolean | undefined
  let has: readonly string[] | undefined
  const lacks = () => [...needs, ...judges, ...origins].filter((one) => !has?.includes(one))
  const say = isDevelopment ? createWorkerAdvice(database, origins) : undefined

  /** Resolves with whether the worker answered in time. A later answer counts from then on. */
  const ask = (worker: ServiceWorker, command: AskCommand | DrainCommand, partition?: string) =>
    askByPort(worker, command, (event) => {
      const data: unknown = event?.data
      answered = isDraining(data) && isFor(partition, data)
      if (event === undefined) {
        if (isDevelopment) setTimeout(() => answered === false && say?.silent(worker), silentMs)
      } else {
        has = isDraining(data) ? data.has : []
        say?.lacks(lacks())
      }
      return answered
    })

  return {
    use(given) {
      registration = given
      answered = undefined
      has = undefined
      if (given.active) void ask(given.active, askCommand(database))
    },
    async drain(probe, partition) {
      const worker = registration?.active
      if (!worker) return false
      const asked = ask(worker, drainCommand(database, probe), partition)
      // A silent worker is not waited for again. Should it take the work on after all, the lock tells who sends.
      return answered !== false && asked
    },
    // Background Sync may be missing, denied or switched off. Then the other wake-ups serve.
    wakeWhenOnline: (now) =>
      void syncOf(registration)
        ?.register(syncTag(database, now))
        .catch(() => {}),
    state: () => stateOf(registration, answered),
    needs,
    lacks,
    forReads() {
      // A worker that has not named its abilities yet is asked. It refuses a read that it cannot do.
      const canRead = has === undefined || ['reads', ...needs].every((need) => has?.includes(need))
      return answered !== false && canRead ? (registration?.active ?? undefined) : undefined
    },
    markUnresponsive() {
      answered = false
    },
    hasBackgroundSync: () => syncOf(registration) !== undefined,
  }
}

/** `hear` gets nothing where the worker does not answer in time, and the answer whenever that comes. */
function askByPort(
  worker: ServiceWorker,
  command: AskCommand | DrainCommand,
  hear: (event?: MessageEvent) => boolean,
): Promise<boolean> {
  const { port1, port2 } = new MessageChannel()
  const taken = new Promise<boolean>((resolve) => {
    port1.onmessage = (event) => {
      port1.close()
      resolve(hear(event))
    }
  })
  worker.postMessage(command, [port2])
  return withTimeout(systemClock, answerMs, taken, () => hear())
}

const stateOf = (registration: ServiceWorkerRegistration | undefined, answered: boolean | undefined) =>
  registration === undefined
    ? 'none'
    : registration.active === null || answered === undefined
      ? 'starting'
      : answered
        ? 'active'
        : 'silent'

/** A worker of another scope may be in the session of another app. One of an earlier release does not say. */
const isFor = (mine: string | undefined, { partition }: Draining) =>
  mine === undefined || partition === undefined || partition === mine

interface PageSyncManager {
  register(tag: string): Promise<void>
}

const syncOf = (registration: ServiceWorkerRegistration | undefined) =>
  (registration as { readonly sync?: PageSyncManager } | undefined)?.sync
