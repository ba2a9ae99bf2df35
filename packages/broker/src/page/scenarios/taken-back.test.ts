// An outcome that a command took back is told to nobody again.
import { describe, expect, it } from 'vitest'
import { type App, openApp, refetched } from '../../../test/page-fixture.js'
import { deadLetters, discard, discardAll, retry } from '../../index.js'
import { acknowledge, createTestWorld, type TestWorld } from '../../testing/index.js'

/** A clap that the server refused. */
async function refused(): Promise<{ world: TestWorld; app: App; id: string }> {
  const world = createTestWorld({ network: (request) => acknowledge(request, {}, 422) })
  const app = openApp(world)
  const { id } = app.clap('p1')
  await world.settle()
  expect(app.post('p1')?.problem).toBe('refused')
  return { world, app, id }
}

/** The truth of a minute ago, as a copy has it. */
function showOldTruth(world: TestWorld, app: App): void {
  const truth = refetched({ p1: { likes: 0, likedByMe: false, claps: 0 } })
  app.store.dispatch({ ...truth, meta: { readAt: world.clock.now() - 60_000 } } as typeof truth)
}

const commands: Record<string, (app: App, id: string) => Promise<unknown>> = {
  discard: (app, id) => discard(app.broker, id),
  retry: (app, id) => retry(app.broker, id),
  discardAll: (app) => discardAll(app.broker),
}

describe.each(Object.keys(commands))('a refusal that was revoked by %s', (name) => {
  const takeBack = commands[name] as (typeof commands)[string]

  it('is not applied over an older read of the same page', async () => {
    const { world, app, id } = await refused()
    world.setOnline(false)
    await takeBack(app, id)
    await world.settle()

    showOldTruth(world, app)

    expect(app.post('p1')?.problem).toBeUndefined()
  })

  it.each([0, 500, 1_001, 30_000])('is reported to no page that starts %i ms later, offline', async (ms) => {
    const { world, app, id } = await refused()
    world.setOnline(false)
    await takeBack(app, id)
    await world.clock.advance(ms)
    app.tab.crash()

    const again = openApp(world)
    await world.settle()
    showOldTruth(world, again)

    expect(again.types()).not.toContain('posts/clapped/returned')
    expect(again.post('p1')?.problem).toBeUndefined()
    expect(await deadLetters(again.broker)).toEqual([])
  })
})

it('a valid refusal is applied over an older read, after a reload too', async () => {
  const { world, app } = await refused()
  showOldTruth(world, app)
  expect(app.post('p1')?.problem).toBe('refused')
  await world.clock.advance(5_000)
  app.tab.crash()

  const again = openApp(world)
  await world.settle()
  showOldTruth(world, again)

  expect(again.post('p1')?.problem).toBe('refused')
})

it('the later outcome of a retried entry counts', async () => {
  const { world, app, id } = await refused()
  world.network.next((request) => acknowledge(request, {}))
  await retry(app.broker, id)
  await world.settle()
  app.tab.crash()

  const again = openApp(world)
  await world.settle()

  expect(again.types().filter((type) => type.startsWith('posts/clapped/'))).toEqual([
    'posts/clapped/delivered',
  ])
})
