// A world for executors: one store, one server, one clock that only goes on when all is quiet, and a die for chance.
// Actors are pages and workers. An actor may die between any two of its steps, and nothing of it is ever heard again. Or
// it freezes there and goes on late, in the belief that no time has gone by.
import { memoryStore } from '../adapters/memory-store.js'
import { append, type Capture } from './append.js'
import type { Serves } from './channel.js'
import { createExecutor, type Executor, type ExecutorContext } from './executor.js'
import * as inquiries from './inquiry.js'
import { withKnocks } from './knock-first.js'
import { defaultLimits, type Limits } from './limits.js'
import { createLocks, type LockTable } from './lock-table.fixture.js'
import { readNews } from './news.js'
import { nextWake } from './next-wake.js'
import type { Probe } from './origin.js'
import { type AppWord, activate, readActive } from './partition.js'
import type { Clock, Network, Ports, Reply, Store, WireRequest } from './ports.js'

export interface Wire {
  readonly request: WireRequest
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly actor: Actor
}

export interface World {
  readonly store: Store
  readonly clock: Clock
  readonly actors: readonly Actor[]
  /** Errors that somebody reported. */
  readonly reports: unknown[]
  random(): number
  /** Calls back at a moment, whoever lives then. */
  after(ms: number, callback: () => void): () => void
  accept(captures: readonly Capture[]): Promise<void>
  /** `steps`: how many it takes before it dies. */
  start(options?: Partial<Character>): Actor
  /** The transactions to come fail, as a full disk makes them. */
  breakStore(isBroken: boolean): void
  /** Lets time go on until nothing is left to happen, or until that much time has gone by. */
  run(forMs: number): Promise<void>
}

export interface Character extends Pick<ExecutorContext, 'serves' | 'prepare'> {
  readonly steps: number
  /** Its timers fire at multiples of this only, as those of a hidden tab do. */
  readonly timersEveryMs: number
  /** How long its storage takes to begin a transaction. */
  readonly storeMs: number
}

export interface Actor {
  readonly name: string
  readonly executor: Executor
  readonly steps: () => number
  isAlive(): boolean
  /** Alive and not frozen. */
  isAwake(): boolean
  die(): void
  freeze(): void
  thaw(): void
  /** Something happened: the actor looks at once, as a page does at `online` or at a capture. */
  poke(probe: Probe): void
}

export interface WorldOptions {
  readonly seed?: number
  readonly locks?: boolean
  readonly limits?: Partial<Limits>
  readonly app?: AppWord
  send(wire: Wire, world: World): Promise<Reply>
  /** Answers a knock. Default: somebody is always there. */
  knock?(url: string, world: World): Promise<number | undefined>
  isOnline?(): boolean
}

/** Mulberry32: small, seeded, good enough to roll dice with. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const forever = <T>() => new Promise<T>(() => {})
/** Until every promise that can go on has gone on. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve))

export async function createWorld(options: WorldOptions): Promise<World> {
  const random = dice(options.seed ?? 1)
  const store = memoryStore()
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  let now = 1_000_000
  const after = (ms: number, callback: () => void) => {
    const timer = { at: now + Math.max(ms, 0), callback }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  let broken = false
  const diskOf: Store['transact'] = (...given) =>
    broken ? Promise.reject(new Error('the disk is full')) : store.transact(...given)
  const actors: Actor[] = []
  const reports: unknown[] = []
  const listeners = new Set<() => void>()
  const locks = createLocks()
  const world: World = {
    store,
    actors,
    reports,
    random,
    after,
    clock: { now: () => now, monotonic: () => now, after },
    async accept(captures) {
      const limits = { ...defaultLimits, ...options.limits }
      await store.transact('readwrite', 'strict', (tx) => append(tx, 'p', captures, { now, limits }))
      for (const listener of listeners) listener()
    },
    start(given = {}) {
      const character: Character = {
        steps: Number.POSITIVE_INFINITY,
        timersEveryMs: 1,
        storeMs: 0,
        serves: () => true,
        prepare: async ({ headers }) => headers,
        ...given,
      }
      const name = `actor ${actors.length}`
      const actor = createActor({ ...character, world, store: diskOf, options, locks, listeners, name })
      actors.push(actor)
      return actor
    },
    breakStore(isBroken) {
      broken = isBroken
    },
    async run(forMs) {
      const end = now + forMs
      for (;;) {
        await quiet()
        const next = [...timers].reduce<{ at: number; callback: () => void } | undefined>(
          (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
          undefined,
        )
        if (next === undefined || next.at > end) return
        timers.delete(next)
        now = Math.max(now, next.at)
        next.callback()
      }
    },
  }
  await store.transact('readwrite', 'strict', (tx) =>
    activate(tx, { partition: 'p', principal: 'ann' }, options.app),
  )
  return world
}

interface ActorContext extends Character {
  readonly world: World
  readonly store: Store['transact']
  readonly options: WorldOptions
  readonly locks: LockTable
  readonly listeners: Set<() => void>
  readonly name: string
}

function createActor(context: ActorContext): Actor {
  const { world, options, locks, listeners, name, steps: lifetime, serves, prepare } = context
  let alive = true
  let missed: (() => void)[] | undefined
  let steps = 0
  let ids = 0
  /** One step towards the world: the actor may die before it, or after it and before it hears of it. */
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!lives()) return forever()
    const result = await work()
    if (missed !== undefined) await new Promise<void>((thawed) => void missed?.push(thawed))
    return lives() ? result : forever()
  }
  const run = (event: () => void) => {
    if (missed !== undefined) missed.push(event)
    else if (alive) event()
  }
  const lives = () => {
    if (alive && steps++ >= lifetime) actor.die()
    return alive
  }
  const store = slow(context)
  const timer = throttled(context)
  const ports = withKnocks({
    store: { close() {}, transact: (...given) => step(() => store(...given)) },
    clock: { ...world.clock, after: (ms, callback) => timer(ms, () => run(callback)) },
    chance: { random: world.random, id: () => `${name} ${ids++}`, digest: async (text) => text },
    network: networkOf(context, step, () => actor),
    locks: locks.of(() => actor, run, options.locks ?? true),
    bus: {
      post: () => {
        if (alive) for (const listener of listeners) listener()
      },
      listen: () => () => {},
      close() {},
    },
    report: (error) => void world.reports.push(error),
  })
  const executor = createExecutor({
    ports,
    database: 'db',
    owner: name,
    limits: { ...defaultLimits, ...options.limits },
    user: () => ports.store.transact('readonly', 'relaxed', readActive),
    serves,
    prepare,
    inquiries: () => inquiries,
  })
  const life = createLife(ports, executor, serves)
  const look = () => run(life.look)
  listeners.add(look)
  const actor: Actor = {
    name,
    executor,
    steps: () => steps,
    isAlive: () => alive,
    die() {
      alive = false
      listeners.delete(look)
      locks.free(actor)
    },
    isAwake: () => alive && missed === undefined,
    freeze() {
      missed ??= []
    },
    thaw() {
      const events = missed ?? []
      missed = undefined
      for (const event of events) run(event)
    },
    poke: (probe) => run(() => life.poke(probe)),
  }
  return actor
}

/** A request that is aborted before it is sent never leaves. */
function networkOf(
  { options, world }: ActorContext,
  step: <T>(work: () => Promise<T>) => Promise<T>,
  actor: () => Actor,
): Network {
  const { knock = async () => 200, isOnline = () => true } = options
  return {
    send: (request, { timeoutMs, signal }) =>
      step(async () =>
        signal.aborted
          ? { kind: 'failed', timedOut: false }
          : options.send({ request, timeoutMs, signal, actor: actor() }, world),
      ),
    knock: (url, { signal }) => step(async () => (signal.aborted ? undefined : knock(url, world))),
    isOnline,
  }
}

const slow =
  ({ world, store, storeMs }: ActorContext): Store['transact'] =>
  async (...given) => {
    if (storeMs > 0) await new Promise<void>((begin) => world.after(storeMs, begin))
    return store(...given)
  }

const throttled =
  ({ world, timersEveryMs }: ActorContext): Clock['after'] =>
  (ms, callback) => {
    const now = world.clock.monotonic()
    return world.after(Math.ceil((now + ms) / timersEveryMs) * timersEveryMs - now, callback)
  }

const nothingSeen = { seq: Number.MAX_SAFE_INTEGER - 1, number: Number.MAX_SAFE_INTEGER - 1 }

/** The daily work of a page: look at the rows when something happens, and wake its executor when they say so. */
function createLife(
  { store, clock }: Ports,
  executor: Executor,
  serves: Serves,
): Pick<Actor, 'poke'> & { look(): void } {
  let cancel = () => {}
  const look = async () => {
    const news = await store.transact('readonly', 'relaxed', (tx) => readNews(tx, 'p', nothingSeen, serves))
    cancel()
    const next = nextWake(news, clock.now(), true, {})
    if (next !== undefined) cancel = clock.after(next.delayMs, () => poke(next.probe))
  }
  const poke = (probe: Probe) =>
    void executor
      .wake(probe)
      .then(look)
      .catch(() => {})
  return { look: () => void look().catch(() => {}), poke }
}
