// Before a read is asked for, what the app would add to its request now: two answers that this tells apart are not
// shared, and the copy of one is not given for the other.
import { identified } from '../core/reads/answer-identity.js'
import type { ReadContext } from '../page/read-engine.js'
import type { Reader } from './reader.js'
import { soon } from './soon.js'

export interface IdentifyingContext extends Pick<ReadContext, 'prepare' | 'ports' | 'snapshot'> {
  /** Lower-case names of headers that tell no answers apart. */
  readonly ignoreHeaders: readonly string[]
}

export function createIdentifying(
  { prepare, ports, snapshot, ignoreHeaders }: IdentifyingContext,
  join: (reader: Reader) => () => void,
) {
  const waiting = new Set<Reader>()

  async function identify(reader: Reader): Promise<void> {
    const { request } = reader.wish
    const route = reader.routed?.action.type
    const prepared = await soon(ports.clock, prepare({ ...request, partition: '', route }), undefined)
    // Where that fails or hangs, as a token's renewal without a network does, nothing is kept of what comes.
    reader.wish =
      prepared === undefined
        ? { ...reader.wish, isUnidentified: true }
        : { ...reader.wish, request: identified(request, prepared, ignoreHeaders) }
  }

  return {
    /** Gives what the reader leaves by. */
    ask(reader: Reader): () => void {
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
    cancel(): readonly Reader[] {
      const all = [...waiting]
      waiting.clear()
      for (const { over } of all) over.abort()
      return all
    },
  }
}
