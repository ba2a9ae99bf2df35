// The composition root of a page's reads.
import { cacheStorageAnswers } from '../adapters/storage/cache-storage-answers.js'
import type { ConnectionPool } from '../core/network/connection-pool.js'
import type { ReadEngine, ReadEngineContext } from '../page/reads-port.js'
import { isRead, type WriteRoute } from '../redux/route.js'
import { fetchRead } from './broker-fetch.js'
import { clearSignedOutUsers } from './cache/user-cache.js'
import { createWriteTags } from './consistency/write-tags.js'
import { dispatchRead } from './dispatch-read.js'
import { createReadEvents } from './read-events.js'
import { batchInMicrotask } from './sharing/microtask-batch.js'
import { createUserReads } from './user-reads.js'
import { chooseScheduler } from './worker/choose-scheduler.js'

export interface ReadsOptions {
  /** A response header that names the user of an answer, as `user` does. Another user's answer is thrown away. */
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
  context: ReadEngineContext,
  connections: ConnectionPool,
  {
    userHeader,
    bytesMax = 10 * 1024 * 1024,
    ageMsMax = 30 * 86_400_000,
    retries,
    ignoreHeaders = [],
  }: ReadsOptions,
): ReadEngine {
  const { ports, host } = context
  const answerCache = ports.answerCache ?? cacheStorageAnswers(context.database, ports)
  const readEvents = createReadEvents(ports)
  const { scheduler, stop } = chooseScheduler(context, connections)
  const shared = {
    ...context,
    answerCache,
    bounds: { bytesMax, ageMsMax },
    retries,
    ignoreHeaders: ignoreHeaders.map((name) => name.toLowerCase()),
    readEvents,
    scheduler,
    lineUp: batchInMicrotask(),
    userHeader: userHeader?.toLowerCase(),
    written: createWriteTags(writeRoutesOf(context), ports),
    writing: new Map(),
  }
  const beginSession = () => createUserReads({ ...shared, principal: context.principal() })
  let session = beginSession()
  // Delete the answers of users who left, should the tab that was to do it have crashed. Only while nobody is signed in:
  // after a storage wipe no row names the current user, whose answers would be deleted too.
  queueMicrotask(() => context.principal() === '' && clearSignedOutUsers(answerCache, ports))
  const stopWatching = host.onPageHide(() => session.cancel())

  return {
    capture: (route, action, next) => dispatchRead(context, session.show, route, action, next),
    fetch: (input, options) => fetchRead(context.snapshot, session.ask, input, options),
    limit: (readsMax) => scheduler.limit(readsMax),
    watch: readEvents.watch,
    onAction: (action, gone) => session.hear(action, gone),
    userChanged(left, written) {
      session.stop()
      session = beginSession()
      // Where the storage fails nothing is kept either.
      Promise.all([left, written])
        .then(([owner]) => clearSignedOutUsers(answerCache, ports, owner?.partition))
        .catch(() => {})
    },
    resume: () => session.resume(),
    forget: (partition) => answerCache.clear(partition),
    stop() {
      stopWatching()
      session.stop()
      stop()
    },
  }
}

const writeRoutesOf = ({ routes }: Pick<ReadEngineContext, 'routes'>): ReadonlyMap<string, WriteRoute> =>
  new Map([...routes].flatMap(([type, route]) => (isRead(route) ? [] : [[type, route]])))
