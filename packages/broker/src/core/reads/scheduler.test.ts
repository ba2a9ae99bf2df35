import { expect, it } from 'vitest'
import { manualClock } from '../../testing/manual-clock.js'
import { createConnections } from '../connections.js'
import type { Limits } from '../limits.js'
import type { Ask, ReadEnd, Reader, ReadReply, ReadRequest } from './line.js'
import { createScheduler } from './scheduler.js'

const answer = (text: string): ReadReply => ({
  kind: 'answer',
  answer: { status: 200, headers: [], body: new TextEncoder().encode(text).buffer },
})

interface Wire {
  readonly request: ReadRequest
  readonly route: string | undefined
  readonly signal: AbortSignal
  reply(reply: ReadReply): Promise<void>
  fail(error: unknown): Promise<void>
}

/** A scheduler whose requests wait for the test's word. */
function setUp(given: Partial<Pick<Limits, 'readsMax' | 'waitingReadsMax' | 'concurrencyMax'>> = {}) {
  const limits = { readsMax: 5, waitingReadsMax: 1_000, concurrencyMax: 6, wireMs: 30_000, ...given }
  const clock = manualClock()
  const connections = createConnections(limits.concurrencyMax)
  const wires: Wire[] = []
  const reports: unknown[] = []
  const heard: string[] = []
  const scheduler = createScheduler({
    clock,
    connections,
    limits,
    report: (error) => void reports.push(error),
    send: (request, { route, signal }) =>
      new Promise((resolve, reject) => {
        wires.push({
          request,
          route,
          signal,
          reply: (reply) => then(() => resolve(reply)),
          fail: (error) => then(() => reject(error)),
        })
      }),
  })
  const settle = () => clock.advance(0)
  const then = (act: () => void) => {
    act()
    return settle()
  }
  /** `me` asks for `/me` of one origin; a whole URL for another's. */
  const ask = (path: string, priority = 5, more: Partial<Ask> & { readonly as?: string } = {}): Reader => {
    const url = new URL(path, 'https://app.test').href
    const who = more.as ?? path
    return scheduler.ask({
      key: url,
      request: { url, method: 'GET', headers: [] },
      partition: 'p',
      route: undefined,
      priority,
      onSent: (order) => void heard.push(`${who} sent ${order}`),
      onEnd: (end) => void heard.push(`${who} ${describe(end)}`),
      ...more,
    })
  }
  const paths = () => wires.map(({ request }) => new URL(request.url).pathname.slice(1))
  const wire = (path: string) => {
    const found = wires.findLast(({ request }) => request.url === new URL(path, 'https://app.test').href)
    if (found === undefined) throw new Error(`Nobody sent ${path}; only ${paths().join(', ')}.`)
    return found
  }
  return { scheduler, clock, connections, wires, wire, paths, reports, heard, settle, ask }
}

const describe = (end: ReadEnd): string =>
  end.kind === 'answer' ? new TextDecoder().decode(end.answer.body) : end.kind

const design = [
  ['me', 1],
  ['notifs/count', 3],
  ['me', 1],
  ['me/groups', 4],
  ['me', 1],
  ['posts/top', 2],
  ['me', 1],
  ['posts/top', 2],
  ['notifs/count', 3],
  ['me/groups', 4],
] as const

it('issue 4 line 1: ten calls become four requests with a limit of 1, the most urgent first, and all are answered', async () => {
  const { ask, paths, wires, heard, settle } = setUp({ readsMax: 1 })
  for (const [path, priority] of design) ask(path, priority)
  await settle()
  expect(paths()).toEqual(['me'])
  for (let i = 0; i < 4; i++) await wires[i]?.reply(answer(`answer ${i}`))

  expect(paths()).toEqual(['me', 'posts/top', 'notifs/count', 'me/groups'])
  expect(heard.filter((line) => line.includes('answer'))).toEqual([
    ...Array(4).fill('me answer 0'),
    ...Array(2).fill('posts/top answer 1'),
    ...Array(2).fill('notifs/count answer 2'),
    ...Array(2).fill('me/groups answer 3'),
  ])
})
