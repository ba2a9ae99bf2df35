// Chooses who sends. A worker that answers sends, since it outlives its pages. Else this page does.

import type { Executor } from '../../core/delivery/executor.js'
import type { Owner } from '../../core/outbox/partition.js'
import type { WakeReason } from '../../core/outcomes/circuit-breaker.js'
import type { WorkerClient } from './worker-client.js'

interface Senders {
  readonly worker: Pick<WorkerClient, 'drain' | 'lacks'>
  readonly executor: Pick<Executor, 'wake'>
  user(): Promise<Owner | undefined>
}

/** `waitsForPage` says whether something waits for a page that is looked at. A worker is none. */
export async function wakeSender(
  { worker, executor, user }: Senders,
  probe: WakeReason,
  waitsForPage: boolean,
): Promise<void> {
  const owner = await user()
  const taken = await worker.drain(probe, owner?.partition)
  // Next in line for the lock, should the worker die. This page also sends what the worker cannot.
  await executor.wake(taken && worker.lacks().length === 0 && !waitsForPage ? 'none' : probe)
}
