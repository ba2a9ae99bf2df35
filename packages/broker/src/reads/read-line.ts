// Where this page's reads wait for their turn. With a worker that takes them they wait there, beside the reads of all
// tabs; else in this page.
import { fetchReads } from '../adapters/fetch-reads.js'
import type { Connections } from '../core/connections.js'
import { sendAsked } from '../core/reads/answer-identity.js'
import type { Line } from '../core/reads/line.js'
import { createScheduler } from '../core/reads/scheduler.js'
import { tellingLine } from '../core/reads/telling-line.js'
import type { ReadContext } from '../page/read-engine.js'
import { createWorkerLine } from './worker-line.js'

export function createReadLine(
  { ports, host, limits, prepare, worker, database, credentialsOf }: ReadContext,
  connections: Connections,
): { readonly line: Line; stop(): void } {
  const { reads = fetchReads(credentialsOf, limits.answerBytesMax) } = ports
  const scheduler = createScheduler({
    ...ports,
    connections,
    limits: { ...limits, wireMs: limits.attemptMs },
    isOnline: () => host.believesOnline(),
    async send(request, { partition = '', route, signal, moved }) {
      const headers = await prepare({ ...request, route, partition })
      // The user may have changed while the app prepared the headers: then the signal is aborted.
      return sendAsked(reads, request, headers, signal, moved)
    },
  })
  const line = tellingLine(createWorkerLine({ ...ports, database, worker, fallback: scheduler }), ports)
  return { line, stop: () => scheduler.stop() }
}
