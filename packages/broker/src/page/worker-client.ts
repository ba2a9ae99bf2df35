// The page's side of the worker: asks it to drain, and asks the browser to wake it when the network is back.

import type { Probe } from '../core/origin.js'
import { type DrainCommand, drainCommand, draining, syncTag } from '../core/protocol.js'

/** A worker that starts takes a while; one that has not answered by then is not counted on. */
const answerMs = 2_000

export interface WorkerClient {
  use(registration: ServiceWorkerRegistration): void
  /** Whether the worker took it on. */
  drain(probe: Probe): Promise<boolean>
  /** Background Sync where it exists: the worker is woken when the network is back, also with no page open. */
  wakeWhenOnline(now: number): void
  state(): 'none' | 'starting' | 'active' | 'silent'
  hasBackgroundSync(): boolean
}

export function createWorkerClient(database: string): WorkerClient {
  let registration: ServiceWorkerRegistration | undefined
  let answered = true
  return {
    use(given) {
      registration = given
    },
    async drain(probe) {
      const worker = registration?.active
      if (!worker) return false
      const asked = ask(worker, drainCommand(database, probe)).then((taken) => {
        answered = taken
        return taken
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
    hasBackgroundSync: () => syncOf(registration) !== undefined,
  }
}

interface SyncManager {
  register(tag: string): Promise<void>
}

const syncOf = (registration: ServiceWorkerRegistration | undefined) =>
  (registration as { readonly sync?: SyncManager } | undefined)?.sync

function ask(worker: ServiceWorker, command: DrainCommand): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const end = (taken: boolean) => {
      clearTimeout(timer)
      port1.close()
      resolve(taken)
    }
    const timer = setTimeout(() => end(false), answerMs)
    port1.onmessage = ({ data }) => end(data === draining)
    worker.postMessage(command, [port2])
  })
}
