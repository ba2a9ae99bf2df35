// Composes the demo server out of database, companion, API, faults, pages, and the listeners in front of them.
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createIdempotency, type Idempotency, type IdempotencyStore } from 'redux-broker-server'
import { sqliteStore } from 'redux-broker-server/sqlite'
import { createApi } from './api/api.js'
import { createFaults } from './faults/faults.js'
import { createTestApi } from './faults/test-routes.js'
import { limits } from './limits.js'
import { createSessions, type Sessions, shownBy, type Transact } from './sessions/sessions.js'
import { createSignInLimit } from './sessions/sign-in-limit.js'
import { openDatabases } from './storage/database.js'
import { createKeyClock } from './storage/key-clock.js'
import { openLedger } from './storage/ledger.js'
import { startPurgeTimer } from './storage/purge-timer.js'
import { createConnections } from './web/connections.js'
import { createGateway, type Proving } from './web/gateway.js'
import { closeServers, openListeners, type Ports } from './web/listen.js'
import { createPages } from './web/pages.js'

export interface DemoServerOptions extends Ports {
  readonly dataFolder: string
  readonly pagesFolder: string
  /** Whether there is anything under /__test__/. */
  readonly faults: boolean
}

export interface DemoServer {
  readonly url: string
  /** The second origin. It has the same API, with CORS for the pages of the first. */
  readonly url2: string
  /** Answers what is at work, for two seconds at most, then closes the database. */
  close(): Promise<void>
}

/** Resolves when the server answers. @throws where a port is taken or the data folder cannot be written */
export async function startDemoServer(options: DemoServerOptions): Promise<DemoServer> {
  const databases = openDatabases(options.dataFolder)
  const { reader } = databases
  const store = sqliteStore(databases.writer)
  const transact: Transact = (work) => store.transaction(work)
  const sessions = createSessions({ reader, transact, tokenMs: limits.tokenMs, now: Date.now })
  const keyClock = createKeyClock(reader, transact, limits.keyRetentionMs)
  const idempotency = createCompanion(store, sessions, keyClock.now)
  const signInLimit = createSignInLimit(Date.now)
  const purgeTimer = startPurgeTimer(idempotency, limits.purgeEveryMs)
  const connections = createConnections()
  const proving = options.faults ? createProving() : undefined
  const api = createApi({ reader, sessions, idempotency, signInLimit, ledger: proving?.ledger })

  const ports = { port: options.port, port2: options.port2 ?? options.port + 1 }
  const url = () => `http://localhost:${ports.port}`
  const url2 = () => `http://localhost:${ports.port2}`
  const closing = new AbortController()
  const gateway = createGateway({
    api: (request, bindings) => api.fetch(request, bindings),
    pages: createPages(options.pagesFolder, url2),
    sessions,
    proving,
    closing: closing.signal,
  })
  const listeners = await openListeners(options, {
    first: () => connections.watch(createServer(gateway.listener({ kind: 'first' }))),
    second: () => connections.watch(createServer(gateway.listener({ kind: 'second', pageOrigin: url }))),
  })
  Object.assign(ports, { port: listeners.port, port2: listeners.port2 })

  return { url: url(), url2: url2(), close }

  function createProving(): Proving {
    const ledger = openLedger(options.dataFolder, reader)
    const faults = createFaults(connections)
    const expireKeys = async () => {
      await keyClock.expireAll()
      // By itself the store would not believe such a jump.
      await idempotency.purge(1, { clockIsRight: true })
    }
    const testApi = createTestApi({ ledger, faults, idempotency, signInLimit, expireKeys, transact })
    return { ledger, faults, expireKeys, testApi: (request) => testApi.fetch(request) }
  }

  async function close(): Promise<void> {
    const closed = closeServers(listeners.servers)
    closing.abort()
    await proving?.faults.replace([])
    await connections.closeIdle()
    await Promise.race([closed, pause(limits.closeGraceMs, undefined, { ref: false })])
    connections.closeAll()
    await closed
    await gateway.settled()
    await purgeTimer.stop()
    proving?.ledger.close()
    databases.close()
  }
}

/** The demo's redux-broker-server, in which a key belongs to the user of the session. */
function createCompanion<Tx>(
  store: IdempotencyStore<Tx>,
  sessions: Sessions,
  now: () => number,
): Idempotency<Tx> {
  return createIdempotency({
    store,
    principal: (request) => sessions.userOf(shownBy(request)),
    retentionMs: limits.keyRetentionMs,
    tombstoneMs: limits.keyTombstoneMs,
    bodyBytesMax: limits.bodyBytesMax,
    now,
  })
}
