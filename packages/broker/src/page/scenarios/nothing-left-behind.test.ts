import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { liked, openApp, signedIn } from '../../../test/page-fixture.js'
import { reads } from '../../index.js'
import { createTestWorld, noAnswer } from '../../testing/index.js'
import { withOpenListeners } from '../fixtures/open-listeners.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

/** A tab with reads whose outbox has work, and whose server is away. */
async function openBusyTab() {
  const world = createTestWorld({ network: () => noAnswer() })
  const { tab, open } = withOpenListeners(world.tab())
  const app = openApp(world, { tab, reads: reads(), routes: [liked] })
  app.like('p1')
  await world.settle()
  return { world, app, open }
}

describe('no listener and no timer is left behind', () => {
  it('by a broker that is stopped', async () => {
    const { world, app, open } = await openBusyTab()
    const before = Object.keys(open()).sort()
    await app.broker.stop()
    await world.settle()

    expect(before).toEqual(['answers', 'device', 'ends of the page', 'hints', 'page events', 'timers'])
    expect(open()).toEqual({})
  })

  it('by a user who leaves: after ten more users there are as many as after one', async () => {
    const { world, app, open } = await openBusyTab()
    const visit = async (user: string) => {
      app.store.dispatch(signedIn(user))
      await world.settle()
      void app.broker.fetch('/api/posts').catch(() => {})
      app.like('p1')
      await world.clock.advance(3_000)
    }
    await visit('u0')
    const before = open()
    for (let i = 1; i <= 10; i++) await visit(`u${i}`)

    expect(open()).toEqual(before)
  })
})
