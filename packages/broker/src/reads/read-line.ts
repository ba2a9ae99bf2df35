// Where this page's reads wait for their turn: with those of all tabs in the worker, where one is there for them, else
// with its own.
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
      // Who asked may have left while the app prepared them, and another user may be there: then the signal is aborted.
      return sendAsked(reads, request, headers, signal, moved)
    },
  })
  const line = tellingLine(createWorkerLine({ ...ports, database, worker, fallback: scheduler }), ports)
  return { line, stop: () => scheduler.stop() }
}
