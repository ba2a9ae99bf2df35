// A page's reads: everything that they are made of meets here.
import { cacheCopies } from '../adapters/cache-copies.js'
import type { Connections } from '../core/connections.js'
import type { ReadContext, ReadEngine } from '../page/read-engine.js'
import { isRead, type WriteRoute } from '../redux/route.js'
import { captureRead } from './capture.js'
import { createDiary } from './diary.js'
import { fetchRead } from './fetch.js'
import { clearLeft } from './keeping.js'
import { createReadLine } from './read-line.js'
import { createReadSession } from './session.js'
import { createTurns } from './turns.js'
import { createWritten } from './written.js'

export interface ReadsOptions {
  /** A response header that names whose answer it is, as `partition` does: another user's is thrown away. */
  readonly userHeader?: string
  /** Bytes of kept answers, of one user. Default 10 MiB. */
  readonly bytesMax?: number
  /** How old a kept answer may be, in milliseconds. Default 30 days. */
  readonly ageMsMax?: number
  /**
   * Headers that `prepareHeaders` adds and that tell no answers apart, as a signature does. Credentials and the common
   * ones of traces are among them.
   */
  readonly ignoreHeaders?: readonly string[]
  /** How often a read that fails is repeated. Default 2. A read may say otherwise. */
  readonly retries?: number
}

export function createReadEngine(
  context: ReadContext,
  connections: Connections,
  {
    userHeader,
    bytesMax = 10 * 1024 * 1024,
    ageMsMax = 30 * 86_400_000,
    retries,
    ignoreHeaders = [],
  }: ReadsOptions,
): ReadEngine {
  const { ports, host } = context
  const copies = ports.copies ?? cacheCopies(context.database, ports)
  const diary = createDiary(ports)
  const { line, stop } = createReadLine(context, connections)
  const shared = {
    ...context,
    copies,
    bounds: { bytesMax, ageMsMax },
    retries,
    ignoreHeaders: ignoreHeaders.map((name) => name.toLowerCase()),
    diary,
    line,
    lineUp: createTurns(),
    userHeader: userHeader?.toLowerCase(),
    written: createWritten(writesOf(context), ports),
    writing: new Map(),
  }
  const beginSession = () => createReadSession({ ...shared, principal: context.principal() })
  let session = beginSession()
  // Delete the answers of users who left, should the tab that was to do it have crashed. Only while nobody is signed in:
  // after a database was lost no row names the user until their sign-in is written, and theirs would be deleted too.
  queueMicrotask(() => context.principal() === '' && clearLeft(copies, ports))
  const stopWatching = host.onPutAway(() => session.cancel())

  return {
    capture: (route, action, next) => captureRead({ ...context, ...session }, route, action, next),
    fetch: (input, options) => fetchRead({ ...context, ...session }, input, options),
    limit: (readsMax) => line.limit(readsMax),
    watch: diary.watch,
    hear: (action) => session.hear(action),
    userChanged(left, written) {
      session.stop()
      session = beginSession()
      // Where the storage fails nothing is kept either.
      Promise.all([left, written])
        .then(([owner]) => clearLeft(copies, ports, owner?.partition))
        .catch(() => {})
    },
    forget: (partition) => copies.clear(partition),
    stop() {
      stopWatching()
      session.stop()
      stop()
    },
  }
}

const writesOf = ({ routes }: Pick<ReadContext, 'routes'>): ReadonlyMap<string, WriteRoute> =>
  new Map([...routes].flatMap(([type, route]) => (isRead(route) ? [] : [[type, route]])))
