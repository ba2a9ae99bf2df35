// The options of all reads of an app.
import { createConnectionPool, withConnectionPool } from '../../core/network/connection-pool.js'
import type { ReadPart } from '../../page/reads-port.js'
import { createReadEngine, type ReadsOptions } from '../read-engine.js'
import { checkReadsOptions } from '../request/check-read-options.js'

// Every bundler replaces this expression. A production build contains no checks.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * For `createBroker({ reads: reads({ … }) })`. Says how this app's reads are done, and gives `broker.fetch` to an app
 * that has no route for reads.
 * @throws TypeError where an option is not what it must be.
 */
export function reads(options: ReadsOptions = {}): ReadPart {
  if (process.env.NODE_ENV !== 'production') checkReadsOptions(options)
  return {
    begin({ ports, limits }) {
      const connections = createConnectionPool(limits.concurrencyMax)
      return {
        ports: withConnectionPool(ports, connections),
        createEngine: (context) => createReadEngine(context, connections, options),
      }
    },
  }
}
