// The promises of a scheduler hold for any behaviour of readers, servers and writes, in any order.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SchedulerModel } from '../../fixtures/scheduler-model.fixture.js'
import type { ModelPlace } from '../../fixtures/scheduler-state.fixture.js'

type Step =
  | { readonly do: 'ask'; readonly place: ModelPlace; readonly priority: number }
  | { readonly do: 'raise'; readonly which: number; readonly priority: number }
  | { readonly do: 'leave' | 'answer' | 'fail' | 'move' | 'written'; readonly which: number }
  | { readonly do: 'write'; readonly origin: string }
  | { readonly do: 'offline' | 'online' }
  | { readonly do: 'limit'; readonly readsMax: number }
  | { readonly do: 'wait'; readonly ms: number }

const origin = fc.constantFrom('https://a.test', 'https://b.test')
const partition = fc.constantFrom('ann', 'bob')
const path = fc.constantFrom('1', '2', '3', '4', '5')
const place = fc.record({ partition, origin, path })
const priority = fc.integer({ min: 1, max: 9 })
const which = fc.nat(1_000)
const readsMax = fc.integer({ min: 1, max: 6 })
const is = <const T extends Step['do']>(...names: T[]) => fc.constantFrom(...names)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ do: is('ask'), place, priority }) },
  { weight: 2, arbitrary: fc.record({ do: is('raise'), which, priority }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: is('leave', 'answer', 'answer', 'fail', 'move', 'written'), which }),
  },
  { weight: 2, arbitrary: fc.record({ do: is('write'), origin }) },
  { weight: 1, arbitrary: fc.record({ do: is('offline', 'online', 'online') }) },
  { weight: 1, arbitrary: fc.record({ do: is('limit'), readsMax }) },
  // Not after every step, so that some steps meet in one turn.
  { weight: 6, arbitrary: fc.record({ do: is('wait'), ms: fc.constantFrom(0, 0, 0, 700, 5_000, 31_000) }) },
)

async function take(model: SchedulerModel, one: Step): Promise<void> {
  switch (one.do) {
    case 'ask':
      return model.ask(one.place, one.priority)
    case 'raise':
      return model.raise(one.which, one.priority)
    case 'leave':
      return model.leave(one.which)
    case 'answer':
    case 'fail':
      return model.reply(one.which, one.do)
    case 'move':
      return model.move(one.which)
    case 'write':
      return model.write(one.origin)
    case 'written':
      return model.written(one.which)
    case 'offline':
    case 'online':
      return model.network(one.do === 'online')
    case 'limit':
      return model.limit(one.readsMax)
    case 'wait':
      return model.wait(one.ms)
  }
}

const story = fc.record({
  concurrencyMax: fc.integer({ min: 1, max: 6 }),
  readsMax,
  waitingReadsMax: fc.integer({ min: 2, max: 12 }),
  steps: fc.array(step, { minLength: 20, maxLength: 120 }),
})

it('keeps its limits, one request for each key, and one own answer for each subscriber, without starvation', async () => {
  const seen = new Map<string, number>()
  const count = (what: string) => void seen.set(what, (seen.get(what) ?? 0) + 1)
  await fc.assert(
    fc.asyncProperty(story, async ({ steps, ...limits }) => {
      const model = new SchedulerModel({ ...limits, requestTimeoutMs: 30_000 }, count)
      for (const one of steps) await take(model, one)
      await model.end()
      expect(model.faults).toEqual([])
    }),
    { seed: 4, numRuns: 200 },
  )
  // An event that never happened proves nothing.
  for (const what of [
    'shared waiting',
    'shared in flight',
    'aged',
    'aborted',
    'moved',
    'timed out',
    'failed',
    'too many',
    'write waits',
    'goes by the kept connection',
    'leaves a connection to the urgent ones',
  ])
    expect(seen.get(what) ?? 0, what).toBeGreaterThan(30)
})
