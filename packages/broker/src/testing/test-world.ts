// A browser for tests, with any number of tabs over one outbox: nothing in it takes real time or touches a network.
import { memoryAnswerCache } from '../adapters/memory/memory-answer-cache.js'
import { memoryStore } from '../adapters/memory/memory-store.js'
import type { DeviceState, Zone } from '../core/conditions/device.js'
import * as statusQuery from '../core/delivery/status-query.js'
import type { RandomSource } from '../core/platform.js'
import type { AnswerCache } from '../core/reads/cache/answer-cache-port.js'
import type { Store } from '../core/rows/store-port.js'
import type { World } from '../page/broker-types.js'
import { type ManualClock, manualClock } from './manual-clock.js'
import { createMemoryBus } from './memory-bus.js'
import { createMemoryLocks } from './memory-locks.js'
import { createLife, type Life } from './realm-life.js'
import { type Script, type ScriptedNetwork, scriptedNetwork } from './scripted-network.js'
import { createSeededRandom } from './seeded-random.js'
import { createTestDevice } from './test-device.js'
import { createTestHost, type TestHost } from './test-host.js'

/** One page: give it to `createBroker` as its `world`. */
export interface TestTab extends World {
  readonly host: TestHost
  /** The browser's words on its connection from now on. At the start it says nothing. */
  setDevice(state: Omit<DeviceState, 'visible'>): void
  /** Ends the page as a kill does: its timers, locks and transactions are gone, and nothing of it runs on. */
  crash(): void
  /** The page stops in its tracks, as at an open `alert`, and keeps its locks; what happens to it waits for `thaw`. */
  freeze(): void
  thaw(): void
}

export interface TestWorld {
  readonly clock: ManualClock
  readonly network: ScriptedNetwork
  /** The store on disk, of all tabs. */
  readonly store: Store
  /** The answers of reads that are kept on the device, of all tabs. */
  readonly answerCache: AnswerCache
  /** The reports of brokers: errors of callbacks, of the storage, of the broker itself. Expect the list to be empty. */
  readonly reports: readonly unknown[]
  /** Opens a tab. A tab that is opened after another was closed finds what that one left. */
  tab(): TestTab
  /** Cuts or restores the connection of the device; every tab hears of it. */
  setOnline(online: boolean): void
  /** Waits until all that can happen without time passing has happened. */
  settle(): Promise<void>
}

export interface TestWorldOptions {
  /** The answers of the server. Default: 200, acknowledged, with `{}`. */
  readonly network?: Script | readonly Script[]
  /** The base of relative URLs. Default `https://app.test/`. */
  readonly baseUrl?: string
  /** Wall time at the start, in epoch milliseconds. */
  readonly now?: number
  /** Of the device's clock. Default: UTC. */
  readonly zone?: Zone
  /** Of everything that is left to chance: the same seed gives the same run. Default 1. */
  readonly seed?: number
  /** Default: a new one in memory. Wrap one to have it fail. */
  readonly store?: Store
}

/**
 * Two lines make a broker that runs in Node, without a browser:
 * @example
 * const world = createTestWorld({ network: (request) => acknowledge(request, { likes: 1 }) })
 * const broker = createBroker({ ...options, world: world.tab() })
 * // … make the store with broker.middleware, and dispatch
 * await world.settle()
 * expect(world.network.requests).toHaveLength(1)
 */
export function createTestWorld(options: TestWorldOptions = {}): TestWorld {
  const { baseUrl = 'https://app.test/', seed = 1, store = memoryStore(), zone } = options
  const clock = manualClock(options.now === undefined ? {} : { now: options.now })
  const randomSource = createSeededRandom(seed)
  const bus = createMemoryBus()
  const locks = createMemoryLocks()
  const hosts = new Set<TestHost>()
  const reports: unknown[] = []
  const answerCache = memoryAnswerCache()
  let online = true
  const network = scriptedNetwork(options.network, { clock, isOnline: () => online })

  return {
    clock,
    network,
    store,
    answerCache,
    reports,
    settle: () => clock.advance(0),
    setOnline(now) {
      online = now
      for (const host of hosts) host.setOnline(now)
    },
    tab() {
      const life = createLife()
      const host = createTestHost(baseUrl, online, life)
      const { setDevice, ...device } = createTestDevice(life)
      hosts.add(host)
      const shared = { clock, network, store, answerCache, randomSource, locks, bus, reports, zone }
      return {
        host,
        ports: { ...portsOf(life, shared), device },
        statusQueryCode: () => statusQuery,
        setDevice,
        crash() {
          life.end()
          hosts.delete(host)
        },
        freeze: life.freeze,
        thaw: life.thaw,
      }
    },
  }
}

interface SharedParts extends Pick<TestWorld, 'clock' | 'network' | 'store' | 'answerCache'> {
  readonly randomSource: RandomSource
  readonly locks: ReturnType<typeof createMemoryLocks>
  readonly bus: ReturnType<typeof createMemoryBus>
  readonly reports: unknown[]
  readonly zone: Zone | undefined
}

/** The ports of one realm. Once the realm is dead it does nothing more through them. */
const portsOf = (
  life: Life,
  { clock, network, store, answerCache, randomSource, locks, bus, reports, zone }: SharedParts,
): Omit<TestTab['ports'], 'device'> => ({
  store: {
    transact: (mode, durability, work) => life.whileAlive(() => store.transact(mode, durability, work)),
    close() {},
  },
  clock: { ...clock, after: (ms, callback) => clock.after(ms, () => life.run(callback)) },
  randomSource,
  network: {
    fetch: (request, how) => life.whileAlive(() => network.fetch(request, how)),
    send: (request, how) => life.whileAlive(() => network.send(request, how)),
    knock: (url, how) => life.whileAlive(() => network.knock(url, how)),
    isOnline: network.isOnline,
  },
  answerCache: whileAlive(answerCache, life),
  locks: locks.of(life),
  bus: bus.of(life),
  ...(zone && { zone }),
  report: (error) => void reports.push(error),
})

/** The same, of which a realm that is dead does nothing more. */
const whileAlive = (answerCache: AnswerCache, life: Life): AnswerCache => ({
  find: (...given) => life.whileAlive(() => answerCache.find(...given)),
  keep: (...given) => life.whileAlive(() => answerCache.keep(...given)),
  drop: (...given) => life.whileAlive(() => answerCache.drop(...given)),
  clear: (...given) => life.whileAlive(() => answerCache.clear(...given)),
  clearOthers: (...given) => life.whileAlive(() => answerCache.clearOthers(...given)),
})
