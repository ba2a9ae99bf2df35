// Tabs whose reads stand in one worker's line, with locks in memory and a wire that a test answers.
import { vi } from 'vitest'
import { createConnections } from '../core/connections.js'
import type { Chance, Locks } from '../core/ports.js'
import type { Ask, Line, ReadEnd, Reader, ReadReply, ReadRequest } from '../core/reads/line.js'
import { isReadCommand } from '../core/reads/messages.js'
import { createScheduler } from '../core/reads/scheduler.js'
import { createLife, type Life } from '../testing/life.js'
import { type ManualClock, manualClock } from '../testing/manual-clock.js'
import { createMemoryLocks, seededChance } from '../testing/memory-realms.js'
import { createReadServer } from '../worker/serve-reads.js'
import { FakeChannel } from './fake-channel.fixture.js'
import { createWorkerLine } from './worker-line.js'

const origin = 'https://app.test'

export interface Wire {
  /** Who sent it: the worker with its number, or a tab. */
  readonly by: string
  readonly path: string
  readonly signal: AbortSignal
  answer(text: string): Promise<void>
}

export interface FakeTab extends Pick<Life, 'end'> {
  readonly line: Line
  /** What its readers heard, in order. */
  readonly heard: string[]
  readonly ends: ReadEnd[]
  /** Whether its worker is known not to answer. */
  isSilent(): boolean
  ask(path: string, more?: Partial<Ask>): Reader
}

interface Options {
  readonly needs?: readonly string[]
  readonly readsMax?: number
  /** Which realm has no Web Locks. */
  readonly noLocks?: 'tabs' | 'worker' | undefined
}

interface World extends Required<Options> {
  readonly clock: ManualClock
  readonly chance: Chance
  readonly wires: Wire[]
  readonly lockNames: Set<string>
  locksOf(who: string, life: Life): Locks
  report(error: unknown): void
}

export function createTabs(options: Options = {}) {
  vi.stubGlobal('MessageChannel', FakeChannel)
  const world = createWorld(options)
  const worker = createWorker(world)
  const { clock, wires, lockNames } = world
  return {
    clock,
    wires,
    worker,
    openTab: (name: string) => openTab(world, name, worker.deliver),
    settle: () => clock.advance(0),
    /** Who has a lock or waits for it, the random part of its name left out. */
    lockNames: () => [...lockNames].map((name) => name.replace(/[0-9a-f]{32}$/, '*')).toSorted(),
    /** How many messages tabs have sent to the worker. */
    messages: () => worker.messages,
    /** Who sent what, in order. */
    sent: () => wires.map(({ by, path }) => `${by} ${path}`),
  }
}

function createWorld({ needs = [], readsMax = 5, noLocks }: Options): World {
  const memory = createMemoryLocks()
  const lockNames = new Set<string>()
  const locksOf = (who: string, life: Life): Locks => {
    const locks = memory.of(life)
    return {
      available: noLocks !== (who.startsWith('worker') ? 'worker' : 'tabs'),
      async hold(name, how, work) {
        const note = `${who} ${name}`
        lockNames.add(note)
        await locks.hold(name, how, work).finally(() => lockNames.delete(note))
      },
    }
  }
  const report = (error: unknown) => {
    throw error
  }
  const clock = manualClock()
  return {
    needs,
    readsMax,
    noLocks,
    clock,
    chance: seededChance(1),
    wires: [],
    lockNames,
    locksOf,
    report,
  }
}

function createLine({ clock, chance, wires, readsMax, report }: World, by: string): Line {
  return createScheduler({
    clock,
    chance,
    connections: createConnections(6),
    limits: { readsMax, waitingReadsMax: 1_000, wireMs: 30_000 },
    report,
    isOnline: () => true,
    send: ({ url }, { signal }) =>
      new Promise<ReadReply>((resolve) => {
        const answer = (text: string) => {
          resolve(replyWith(text))
          return clock.advance(0)
        }
        wires.push({ by, path: url.slice(origin.length), signal, answer })
      }),
  })
}

/** A message starts it where it was stopped; while it is `deaf` none is heard. */
function createWorker(world: World) {
  let count = 0
  const start = () => {
    const life = createLife()
    const name = `worker ${++count}`
    const server = createReadServer({
      database: 'db',
      line: createLine(world, name),
      locks: world.locksOf(name, life),
      instance: world.chance.id(),
      serves: (to, needs) => to === origin && needs.length === 0,
      report: world.report,
    })
    return { life, server }
  }
  let running = start()
  const worker = {
    deaf: false,
    messages: 0,
    stop: () => running.life.end(),
    deliver(data: unknown, ports: readonly MessagePort[]): void {
      worker.messages++
      if (worker.deaf) return
      if (!running.life.isAlive()) running = start()
      const { life, server } = running
      const command = structuredClone(data)
      queueMicrotask(() => {
        if (isReadCommand(command, 'db')) life.run(() => void server.serve(command, ports[0]))
      })
    },
  }
  return worker
}

function openTab(
  world: World,
  name: string,
  deliver: (data: unknown, ports: readonly MessagePort[]) => void,
): FakeTab {
  const life = createLife()
  const heard: string[] = []
  const ends: ReadEnd[] = []
  let isSilent = false
  const toWorker = { postMessage: deliver } as Pick<ServiceWorker, 'postMessage'>
  const line = createWorkerLine({
    ...world,
    database: 'db',
    locks: world.locksOf(name, life),
    fallback: createLine(world, name),
    worker: {
      needs: world.needs,
      forReads: () => (isSilent ? undefined : toWorker),
      wasSilent() {
        isSilent = true
      },
    },
  })
  const ask = (path: string, more: Partial<Ask> = {}) =>
    line.ask({
      key: `p ${path}`,
      partition: 'p',
      request: requestOf(path),
      route: undefined,
      priority: 5,
      onSent: (order) => void heard.push(`${path} sent ${order}`),
      onEnd(end) {
        ends.push(end)
        heard.push(`${path} ${textOf(end)}`)
      },
      ...more,
    })
  return { end: life.end, line, heard, ends, isSilent: () => isSilent, ask }
}

export const requestOf = (path: string): ReadRequest => ({ url: origin + path, method: 'GET', headers: [] })

const replyWith = (text: string): ReadReply => ({
  kind: 'answer',
  answer: { status: 200, headers: [], body: new TextEncoder().encode(text).buffer },
})

const textOf = (end: ReadEnd) =>
  end.kind === 'answer' ? new TextDecoder().decode(end.answer.body) : end.kind
