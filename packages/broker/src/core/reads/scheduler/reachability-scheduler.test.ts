import { expect, it } from 'vitest'
import { app, setUp } from '../../fixtures/scheduler.fixture.js'
import { createReachability } from '../../network/reachability.js'
import type { ReadReply } from '../read-types.js'
import { withReachability } from './reachability-scheduler.js'

const answer = (status: number): ReadReply => ({
  kind: 'answer',
  answer: { status, headers: [], body: new ArrayBuffer(0) },
})

function reader() {
  const { scheduler, clock, settle, wire } = setUp()
  const reachability = createReachability(clock, () => true)
  const noting = withReachability(scheduler, { clock, reachability })
  const ends: string[] = []
  const ask = (path: string) =>
    noting.ask({
      key: path,
      partition: undefined,
      request: { url: app + path, method: 'GET', headers: [] },
      route: undefined,
      priority: 5,
      retries: 0,
      onSent: () => {},
      onEnd: ({ kind }) => ends.push(kind),
    })
  return { reachability, clock, settle, wire, ask, ends }
}

it.each([
  ['an answer', answer(200), true],
  ['a refusal', answer(404), true],
  ['a redirect', { kind: 'redirect' } as const, true],
  ['a gateway that finds nobody', answer(504), false],
  ['nothing', { kind: 'failed' } as const, false],
])('a read that ends with %s updates the reachability of its origin', async (_what, reply, isThere) => {
  const { reachability, settle, wire, ask, ends } = reader()

  ask('/me')
  await settle()
  await wire('/me').reply(reply)

  expect(ends).toEqual([reply.kind])
  expect(reachability.isFresh(app)).toBe(isThere)
  expect(reachability.isDoubtful(app)).toBe(!isThere)
})

it('a read that times out counts as a failure of its origin', async () => {
  const { reachability, clock, ask, ends } = reader()

  ask('/me')
  await clock.advance(30_000)

  expect(ends).toEqual(['timedOut'])
  expect(reachability.isDoubtful(app)).toBe(true)
})

it('an answer does not count if its request was sent before a failure', async () => {
  const { reachability, clock, settle, wire, ask } = reader()

  ask('/slow')
  await settle()
  await clock.advance(1_000)
  reachability.note(`${app}/like`, clock.monotonic(), undefined)
  await clock.advance(1_000)
  await wire('/slow').reply(answer(200))

  expect(reachability.isFresh(app)).toBe(false)
})
