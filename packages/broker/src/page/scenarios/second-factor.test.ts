// A session may be half open for hours, as while its user looks for a second factor. Its probe calls it good, and each
// write is refused. No refusal counts until the origin accepts some entry in that session.
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../../testing/index.js'

const isProbe = ({ url }: SentRequest) => url.endsWith('/api/me')
const minute = 60_000

/** Changes that wait for a sign-in. `takes` says which writes the half-open session accepts. */
async function halfOpen(changes: number, takes: (request: SentRequest) => boolean, status = 401) {
  let isWhole = false
  let isOver = true
  const world = createTestWorld({
    network: (request) => {
      if (isProbe(request)) return answer(isOver ? 401 : 200, {})
      return !isOver && (isWhole || takes(request)) ? acknowledge(request, {}) : answer(status, {})
    },
  })
  const app = openApp(world, { sessionProbe: '/api/me', session: { endedBy: [401, 419, 440] } })
  for (let i = 0; i < changes; i += 1) app.clap(`p${i}`)
  await world.clock.advance(5_000)
  isOver = false
  const enter = async () => {
    isWhole = true
    await app.broker.resume()
    await world.clock.advance(5 * minute)
  }
  const sends = (part: string) => world.network.requests.filter(({ url }) => url.includes(part)).length
  return { world, app, enter, sends }
}

const nothing = () => false
const delivered = { paused: undefined, waiting: 0, deadLetters: 0 }

describe('a session that is half open for long (P7)', () => {
  it.each([
    ['an hour, one change', 1, 1, 0, 401, true],
    ['ninety minutes, three changes', 3, 1.5, 0, 401, true],
    ['two hours, six changes', 6, 2, 0, 440, true],
    ['two hours, a tap each four minutes', 2, 2, 4, 440, true],
    ['a night in a hidden window', 12, 14, 0, 401, false],
  ])(
    'returns nothing, and all entries arrive once it is complete: %s',
    async (_what, n, hours, every, status, isVisible) => {
      const { world, app, enter } = await halfOpen(n, nothing, status)
      app.tab.host.setVisible(isVisible)
      for (let done = 0; done < hours * 60; done += every || 30) {
        await world.clock.advance((every || 30) * minute)
        if (every > 0) app.like(`tap${done}`)
      }
      expect(app.outbox()).toMatchObject({ deadLetters: 0 })

      await enter()
      expect(app.outbox()).toMatchObject(delivered)
    },
  )

  it.each([1, 2, 5])(
    'returns nothing if it becomes complete, and %i more writes are refused among accepted ones',
    async (late) => {
      let left = 0
      const { world, app } = await halfOpen(5, ({ url }) => !isHalf && !(url.includes('p3') && left-- > 0))
      let isHalf = true
      await world.clock.advance(65 * minute)
      isHalf = false
      left = late
      await world.clock.advance(5 * minute)

      expect(app.outbox()).toMatchObject(delivered)
    },
  )
})

describe('an entry that is refused in a valid session', () => {
  const isPoison = ({ url }: SentRequest) => /poison/.test(url)

  it.each([
    ['an hour', 1, true],
    ['two hours', 2, true],
    ['a day, hidden', 24, false],
  ])(
    'waits while nothing else is accepted, and is returned eleven minutes later: %s',
    async (_, hours, seen) => {
      const { world, app, sends } = await halfOpen(0, (request) => !isPoison(request))
      app.tab.host.setVisible(seen)
      const receipt = app.like('poison')
      await world.clock.advance(hours * 60 * minute)
      expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 1, deadLetters: 0 })

      app.tab.host.setVisible(true)
      app.like('other')
      await world.clock.advance(minute)
      const before = sends('poison')
      expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 1, deadLetters: 0 })
      await world.clock.advance(9 * minute)
      expect(app.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })
      await world.clock.advance(3 * minute)

      expect(await receipt.settled).toMatchObject({ status: 'returned', reason: 'refused', httpStatus: 401 })
      expect(sends('poison') - before).toBeLessThan(15)
    },
  )

  it.each([3, 8, 20])('does not hold up other lanes, even if %i lanes have such an entry', async (lanes) => {
    const { world, app } = await halfOpen(0, (request) => !isPoison(request))
    for (let i = 0; i < lanes; i += 1) app.like(`poison${i}`)
    const last = app.like('other')
    await world.clock.advance(2 * minute)
    expect(await Promise.race([last.settled, 'waits'])).toMatchObject({ status: 'delivered' })

    app.like('another')
    await world.clock.advance(15 * minute)
    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0, deadLetters: lanes })
  })
})
