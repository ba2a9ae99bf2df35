// What an app says of all of its reads.
import { createConnections, withConnections } from '../core/connections.js'
import type { ReadPart } from '../page/read-engine.js'
import { createReadEngine, type ReadsOptions } from './engine.js'

/**
 * For `createBroker({ reads: reads({ … }) })`: says how this app's reads are done, and gives `broker.fetch` to an app
 * that has no route for reads.
 */
export const reads = (options: ReadsOptions = {}): ReadPart => ({
  begin({ ports, limits }) {
    const connections = createConnections(limits.concurrencyMax)
    return {
      ports: withConnections(ports, connections),
      createEngine: (context) => createReadEngine(context, connections, options),
    }
  },
})
