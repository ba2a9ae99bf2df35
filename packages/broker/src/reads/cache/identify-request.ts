// Adds the headers of the app to the key of a read, before the read is asked for. Answers that such headers tell apart
// are not shared, and the kept answer of one is not given for the other.

import { readPrepareMs } from '../../core/limits.js'
import { withKeyHeaders } from '../../core/reads/cache/key-headers.js'
import { withTimeout } from '../../core/with-timeout.js'
import type { ReadEngineContext } from '../../page/reads-port.js'
import type { Subscriber } from '../request/subscriber.js'

export interface RequestIdentifierContext extends Pick<ReadEngineContext, 'prepare' | 'ports' | 'snapshot'> {
  /** Lower-case names of headers that tell no answers apart. */
  readonly ignoreHeaders: readonly string[]
}

export function createRequestIdentifier(
  { prepare, ports, snapshot, ignoreHeaders }: RequestIdentifierContext,
  join: (reader: Subscriber) => () => void,
) {
  const waiting = new Set<Subscriber>()

  async function identify(reader: Subscriber): Promise<void> {
    const { request } = reader.params
    const route = reader.routed?.action.type
    const preparing = prepare({ ...request, partition: '', route }).catch(() => undefined)
    const prepared = await withTimeout(ports.clock, readPrepareMs, preparing, () => undefined)
    // Where that fails or hangs, as a token's renewal without a network does, nothing is kept of what comes.
    reader.params =
      prepared === undefined
        ? { ...reader.params, isUnidentified: true }
        : { ...reader.params, request: withKeyHeaders(request, prepared, ignoreHeaders) }
  }

  return {
    /** Gives what the reader leaves by. */
    ask(reader: Subscriber): () => void {
      if (snapshot.needs.length === 0) return join(reader)
      waiting.add(reader)
      let leave = () => {
        waiting.delete(reader)
        reader.over.abort()
      }
      void identify(reader).then(() => {
        if (waiting.delete(reader)) leave = join(reader)
      })
      return () => leave()
    },
    /** Ends the wait of all, and gives them. */
    cancel(): readonly Subscriber[] {
      const all = [...waiting]
      waiting.clear()
      for (const { over } of all) over.abort()
      return all
    },
  }
}
