// The page's side of the worker: asks it to drain, and asks the browser to wake it when the network is back.

import type { Probe } from '../core/origin.js'
import { type DrainCommand, drainCommand, isDraining, syncTag } from '../core/protocol.js'

/** A worker that starts takes a while; one that has not answered by then is not counted on. */
const answerMs = 2_000

export interface WorkerClient {
  use(registration: ServiceWorkerRegistration): void
  /** Whether the worker took it on. */
  drain(probe: Probe): Promise<boolean>
  /** Background Sync where it exists: the worker is woken when the network is back, also with no page open. */
  wakeWhenOnline(now: number): void
  state(): 'none' | 'starting' | 'active' | 'silent'
  /** Functions that the app's requests need. */
  readonly needs: readonly string[]
  /** Those of them that the worker has not said that it has. */
  lacks(): readonly string[]
  /** Undefined where no worker is active, or it does not answer, or has said that it cannot do this app's reads. */
  forReads(): Pick<ServiceWorker, 'postMessage'> | undefined
  /** It did not take a read in time: until it answers a command it is not counted on. */
  wasSilent(): void
  hasBackgroundSync(): boolean
}

export function createWorkerClient(database: string, needs: readonly string[]): WorkerClient {
  let registration: ServiceWorkerRegistration | undefined
  let answered = true
  let has: readonly string[] | undefined
  return {
    use(given) {
      registration = given
    },
    async drain(probe) {
      const worker = registration?.active
      if (!worker) return false
      const asked = ask(worker, drainCommand(database, probe)).then((functions) => {
        answered = functions !== undefined
        has = functions ?? []
        return answered
      })
      // One that was silent is not waited for again: should it take the work on after all, the lock tells who sends.
      return answered && asked
    },
    wakeWhenOnline(now) {
      // It may be missing, denied or switched off; then the other wake-ups serve.
      syncOf(registration)
        ?.register(syncTag(database, now))
        .catch(() => {})
    },
    state: () =>
      registration === undefined
        ? 'none'
        : registration.active === null
          ? 'starting'
          : answered
            ? 'active'
            : 'silent',
    needs,
    lacks: () => needs.filter((need) => !has?.includes(need)),
    forReads() {
      // One that has not said yet what it can do is asked: it refuses what it cannot.
      const canRead = has === undefined || ['reads', ...needs].every((need) => has?.includes(need))
      return answered && canRead ? (registration?.active ?? undefined) : undefined
    },
    wasSilent() {
      answered = false
    },
    hasBackgroundSync: () => syncOf(registration) !== undefined,
  }
}

interface SyncManager {
  register(tag: string): Promise<void>
}

const syncOf = (registration: ServiceWorkerRegistration | undefined) =>
  (registration as { readonly sync?: SyncManager } | undefined)?.sync

/** The functions that the worker has; undefined where it does not take the command on. */
function ask(worker: ServiceWorker, command: DrainCommand): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const end = (functions: readonly string[] | undefined) => {
      clearTimeout(timer)
      port1.close()
      resolve(functions)
    }
    const timer = setTimeout(() => end(undefined), answerMs)
    port1.onmessage = ({ data }) => end(isDraining(data) ? data.has : undefined)
    worker.postMessage(command, [port2])
  })
}
