import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { answer, createTestWorld, held, noAnswer } from '../../testing/index.js'
import { liked, routes } from '../fixtures/feed.fixture.js'

const unmetered = { when: { network: 'unmetered' } } as const

/** One request is on the wire, and the next has to wait for it. */
async function openBehindAnother() {
  const world = createTestWorld({ network: answer(200, {}) })
  const app = openReads(world, { limits: { readsMax: 1 } })
  const first = held()
  world.network.next(first.reply)
  void app.broker.fetch('/api/first')
  await world.settle()
  return { world, ...app, letGo: () => first.release(answer(200, {})) }
}

describe('a request that some subscribers want only under conditions', () => {
  it('is sent for subscribers without conditions', async () => {
    const { world, tab, broker, wire, letGo } = await openBehindAnother()
    tab.setDevice({ unmetered: false })

    const answers = Promise.all([broker.fetch('/api/photo', unmetered), broker.fetch('/api/photo')])
    letGo()
    await world.settle()

    expect(wire()).toEqual(['first', 'photo'])
    await answers
  })

  it('waits for them again when the subscribers without conditions have left the queue', async () => {
    const { world, tab, broker, wire, letGo } = await openBehindAnother()
    tab.setDevice({ unmetered: false })
    const hurry = new AbortController()
    const left = broker.fetch('/api/photo', { signal: hurry.signal }).catch(() => 'left')
    const patient = broker.fetch('/api/photo', unmetered)
    await world.settle()

    hurry.abort()
    expect(await left).toBe('left')
    letGo()
    await world.settle()
    expect(wire()).toEqual(['first'])

    tab.setDevice({ unmetered: true })
    await world.settle()
    expect(wire()).toEqual(['first', 'photo'])
    expect((await patient).status).toBe(200)
  })

  it('is sent once if they are met as the last subscriber without conditions leaves', async () => {
    const { world, tab, broker, wire, letGo } = await openBehindAnother()
    tab.setDevice({ unmetered: false })
    const hurry = new AbortController()
    broker.fetch('/api/photo', { signal: hurry.signal }).catch(() => {})
    const patient = broker.fetch('/api/photo', unmetered)

    hurry.abort()
    tab.setDevice({ unmetered: true })
    letGo()
    await world.settle()

    expect(wire()).toEqual(['first', 'photo'])
    expect((await patient).status).toBe(200)
  })
})

/** A request for two subscribers, one of them with unmet conditions. A write overlaps its answer. */
async function openOverlapped() {
  const feed = held()
  const like = held()
  const world = createTestWorld({ network: answer(200, {}) })
  const app = openReads(world, { routes })
  app.tab.setDevice({ unmetered: false })
  await world.settle()
  world.network.next(feed.reply, like.reply)
  const hurry = new AbortController()
  const asked = (more: object) => app.broker.fetch('/api/feed', { tags: ['posts'], ...more })
  const ends = [asked({ signal: hurry.signal }), asked(unmetered)].map((one) => one.catch(() => 'left'))
  await world.settle()
  app.dispatch(liked({ id: 1 }))
  await world.settle()
  return {
    world,
    ...app,
    hurry,
    ends,
    async answerFeed() {
      feed.release(answer(200, {}))
      await world.settle()
    },
    async answerLike() {
      like.release(answer(200, {}))
      await world.settle()
    },
  }
}

describe('a request is not sent again for subscribers whose conditions are unmet', () => {
  it.each(['while it is on the wire', 'while it waits for a write'])(
    'if the others left %s: its answer could not be trusted',
    async (when) => {
      const { world, tab, wire, hurry, ends, answerFeed, answerLike } = await openOverlapped()

      if (when === 'while it is on the wire') hurry.abort()
      await answerFeed()
      hurry.abort()
      await answerLike()
      await world.clock.advance(60_000)
      expect(wire()).toEqual(['feed', 'posts/1/like'])

      tab.setDevice({ unmetered: true })
      await world.settle()
      expect(wire()).toEqual(['feed', 'posts/1/like', 'feed'])
      expect(await ends[1]).toMatchObject({ status: 200 })
    },
  )

  it('if its answer could not be trusted, and the conditions are no longer met', async () => {
    const { world, tab, wire, hurry, ends, answerFeed, answerLike } = await openOverlapped()
    tab.setDevice({ unmetered: true })
    hurry.abort()
    await answerFeed()

    tab.setDevice({ unmetered: false })
    await answerLike()
    await world.clock.advance(60_000)
    expect(wire()).toEqual(['feed', 'posts/1/like'])

    tab.setDevice({ unmetered: true })
    await world.settle()
    expect(await ends[1]).toMatchObject({ status: 200 })
  })

  it('if it failed, and the others want no repeats', async () => {
    const world = createTestWorld({ network: () => noAnswer() })
    const { tab, broker, wire } = openReads(world)
    tab.setDevice({ unmetered: false })

    const ends = [{ retries: 0 }, { ...unmetered, retries: 2 }].map((more) =>
      broker.fetch('/api/photo', more).catch(({ name }: Error) => name),
    )
    await world.clock.advance(60_000)

    expect(wire()).toEqual(['photo'])
    expect(await Promise.all(ends)).toEqual(['TypeError', 'TypeError'])
  })
})

it('a read that was sent, and waits for its conditions again, ends by its time in the queue', async () => {
  const feed = held()
  const like = held()
  const world = createTestWorld({ network: answer(200, {}) })
  const app = openReads(world, { routes })
  app.tab.setDevice({ unmetered: true })
  await world.settle()
  world.network.next(feed.reply, like.reply)
  let end = 'open'
  void app.broker
    .fetch('/api/feed', { tags: ['posts'], ...unmetered, queueTimeoutMs: 5_000, requestTimeoutMs: 5_000 })
    .then(
      () => (end = 'answered'),
      () => (end = 'failed'),
    )
  await world.settle()
  app.dispatch(liked({ id: 1 }))
  await world.settle()
  app.tab.setDevice({ unmetered: false })
  feed.release(answer(200, {}))
  await world.settle()
  like.release(answer(200, {}))
  await world.clock.advance(600_000)
  expect(end).toBe('failed')
})
