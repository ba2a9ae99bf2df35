// Where this page's reads wait for their turn. With a worker that takes them they wait there, beside the reads of all
// tabs. Without a worker they wait in this page.
import type { ConnectionPool } from '../../core/network/connection-pool.js'
import { sendKeyed } from '../../core/reads/cache/key-headers.js'
import type { Scheduler } from '../../core/reads/read-types.js'
import { withReachability } from '../../core/reads/scheduler/reachability-scheduler.js'
import { createScheduler } from '../../core/reads/scheduler/scheduler.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import { createWorkerScheduler } from './worker-scheduler.js'

export function chooseScheduler(
  { ports, host, limits, prepare, worker, database }: ReadEngineContext,
  connections: ConnectionPool,
): { readonly scheduler: Scheduler; stop(): void } {
  const pageScheduler = createScheduler({
    ...ports,
    connections,
    limits: { ...limits, requestTimeoutMs: limits.attemptMs },
    isOnline: () => host.believesOnline(),
    async send(request, { partition = '', route, ...wire }) {
      const headers = await prepare({ ...request, route, partition })
      // If the user changed while the app prepared the headers, the signal is aborted.
      return sendKeyed(ports.network, request, headers, { ...wire, bytesMax: limits.answerBytesMax })
    },
  })
  const scheduler = withReachability(
    createWorkerScheduler({ ...ports, database, worker, fallback: pageScheduler }),
    ports,
  )
  return { scheduler, stop: () => pageScheduler.stop() }
}
