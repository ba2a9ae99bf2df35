// A scheduler whose requests wait for the test's word.
import { type ManualClock, manualClock } from '../../testing/manual-clock.js'
import { seededChance } from '../../testing/memory-realms.js'
import { type Connections, createConnections } from '../connections.js'
import type { Limits } from '../limits.js'
import type { Ask, Reader, ReadReply, ReadRequest } from './line.js'
import { createScheduler, type Scheduler } from './scheduler.js'

export interface Wire {
  readonly request: ReadRequest
  readonly partition: string | undefined
  readonly route: string | undefined
  readonly signal: AbortSignal
  moved(): void
  reply(reply: ReadReply): Promise<void>
  answer(text: string): Promise<void>
  fail(error: unknown): Promise<void>
}

export interface SchedulerFixture {
  readonly scheduler: Scheduler
  readonly clock: ManualClock
  readonly connections: Connections
  readonly reports: readonly unknown[]
  /** What readers were told, as `me sent 1`, `me answer`. */
  readonly heard: readonly string[]
  /** The paths of all requests, in the order of their sending. */
  paths(): readonly string[]
  /** The latest request to a path. */
  wire(path: string): Wire
  /** Asks for a path of one origin, or for a whole URL. `as`: by which name the reader is heard. */
  ask(path: string, priority?: number, more?: Partial<Ask> & { readonly as?: string }): Reader
  settle(): Promise<void>
  setOnline(online: boolean): void
}

export const app = 'https://app.test'

export function setUp(
  given: Partial<Pick<Limits, 'readsMax' | 'waitingReadsMax' | 'concurrencyMax'>> = {},
): SchedulerFixture {
  const limits = { readsMax: 5, waitingReadsMax: 1_000, concurrencyMax: 6, wireMs: 30_000, ...given }
  const clock = manualClock()
  const connections = createConnections(limits.concurrencyMax)
  const wires: Wire[] = []
  const reports: unknown[] = []
  const heard: string[] = []
  const settle = () => clock.advance(0)
  let isOnline = true
  const scheduler = createScheduler({
    clock,
    connections,
    chance: seededChance(1),
    limits,
    isOnline: () => isOnline,
    report: (error) => void reports.push(error),
    send: (request, more) =>
      new Promise((resolve, reject) => {
        const reply = (given: ReadReply) => {
          resolve(given)
          return settle()
        }
        const fail = (error: unknown) => {
          reject(error)
          return settle()
        }
        wires.push({ request, ...more, reply, fail, answer: (text) => reply(answer(text)) })
      }),
  })
  const urlOf = (path: string) => new URL(path, app).href
  const paths = () => wires.map(({ request }) => request.url.replace(`${app}/`, ''))
  return {
    scheduler,
    clock,
    connections,
    reports,
    heard,
    settle,
    setOnline(online) {
      isOnline = online
    },
    paths,
    wire(path) {
      const found = wires.findLast(({ request }) => request.url === urlOf(path))
      if (found === undefined) throw new Error(`Nobody sent ${path}; only ${paths().join(', ')}.`)
      return found
    },
    ask: (path, priority = 5, { as = path, ...more } = {}) =>
      scheduler.ask({
        key: urlOf(path),
        request: { url: urlOf(path), method: 'GET', headers: [] },
        partition: 'p',
        route: undefined,
        priority,
        retries: 0,
        onSent: (order) => void heard.push(`${as} sent ${order}`),
        onEnd: (end) =>
          void heard.push(`${as} ${end.kind === 'answer' ? textOf(end.answer.body) : end.kind}`),
        ...more,
      }),
  }
}

export const answer = (text: string): ReadReply => ({
  kind: 'answer',
  answer: { status: 200, headers: [], body: new TextEncoder().encode(text).buffer },
})

export const textOf = (body: ArrayBuffer): string => new TextDecoder().decode(body)
