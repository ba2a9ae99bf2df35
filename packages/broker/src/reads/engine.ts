// A page's reads: each key's one request, for all who ask.
import { fetchReads } from '../adapters/fetch-reads.js'
import type { Connections } from '../core/connections.js'
import type { ReadReply, ReadRequest } from '../core/reads/line.js'
import { readKey } from '../core/reads/read-key.js'
import { createScheduler } from '../core/reads/scheduler.js'
import type { ReadContext, ReadEngine, ReadEvent } from '../page/read-engine.js'
import { captureRead } from './capture.js'
import { fetchRead } from './fetch.js'
import type { Reader } from './reader.js'
import { Reading, type ReadingContext } from './reading.js'

export interface ReadsOptions {
  /** A response header that names whose answer it is, as `partition` does: another user's is thrown away. */
  readonly userHeader?: string
}

export function createReadEngine(
  context: ReadContext,
  connections: Connections,
  options: ReadsOptions,
): ReadEngine {
  const { ports, principal } = context
  const readings = new Map<string, Reading>()
  const listeners = new Set<(event: ReadEvent) => void>()
  const scheduler = createScheduler({
    ...ports,
    connections,
    limits: { ...context.limits, wireMs: context.limits.attemptMs },
    send: sendWith(context),
  })
  const reading: ReadingContext = {
    ...context,
    line: scheduler,
    userHeader: options.userHeader?.toLowerCase(),
    lineUp: createTurns(),
    ended(one) {
      readings.delete(one.key)
      reading.tell('ended', one)
    },
    tell(kind, { id, request: { url }, priority, readers }, order) {
      const event = { kind, id, url, priority, readers: readers.size, at: ports.clock.now() }
      for (const listener of listeners) safely(() => listener({ ...event, ...(order && { order }) }))
    },
  }
  let lastId = 0

  function safely(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      ports.report(error)
    }
  }

  /** Gives what the reader leaves by. */
  function ask(reader: Reader): () => void {
    const { request } = reader.wish
    const key = readKey({ partition: principal(), request })
    const known = readings.get(key)
    const one = known ?? new Reading(reading, { id: ++lastId, key, request })
    readings.set(key, one)
    one.join(reader)
    if (known === undefined) reading.tell('waiting', one)
    return () => one.leave(reader)
  }

  function leave(): void {
    for (const one of readings.values()) one.cancel()
  }

  const stopWatching = context.host.onPutAway(leave)
  const wished = { ...context, ask }
  return {
    capture: (route, action, next) => captureRead(wished, route, action, next),
    fetch: (input, more) => fetchRead(wished, input, more),
    limit: scheduler.limit.bind(scheduler),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    leave,
    stop() {
      stopWatching()
      leave()
      scheduler.stop()
    },
  }
}

/** All that are asked for in one turn stand in line together, so that the most urgent of them goes first. */
function createTurns(): (reading: Reading) => void {
  let turn: Reading[] = []
  async function flush(): Promise<void> {
    const all = turn
    turn = []
    await Promise.all(all.map((one) => one.prepare()))
    for (const one of all) one.ask()
  }
  return (reading) => {
    turn.push(reading)
    if (turn.length === 1) queueMicrotask(() => void flush())
  }
}

/** With what the app adds to it, unless the reader left meanwhile. */
function sendWith({ ports, prepare, user }: ReadContext) {
  const { reads = fetchReads } = ports
  return async (
    request: ReadRequest,
    { route, signal }: { readonly route: string | undefined; readonly signal: AbortSignal },
  ): Promise<ReadReply> => {
    const partition = (await user())?.partition ?? ''
    const headers = await prepare({ ...request, route, partition })
    return signal.aborted ? { kind: 'failed' } : reads.send({ ...request, headers }, signal)
  }
}
