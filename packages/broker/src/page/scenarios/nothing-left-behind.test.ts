import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clapped, liked, openApp, signedIn } from '../../../test/page-fixture.js'
import { createFakeDevice } from '../../core/fixtures/device.fixture.js'
import { reads } from '../../index.js'
import { acknowledge, createTestWorld, noAnswer } from '../../testing/index.js'
import { withOpenListeners } from '../fixtures/open-listeners.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

/** A tab with reads whose outbox has work, and whose server is away after its first answer. */
async function openBusyTab() {
  const world = createTestWorld({ network: () => noAnswer() })
  world.network.next((request) => acknowledge(request, {}))
  const plain = world.tab()
  const device = createFakeDevice()
  const store = device.realm()
  let onTransaction = () => {}
  const { tab, open } = withOpenListeners({
    ...plain,
    ports: {
      ...plain.ports,
      backup: store.backup,
      store: {
        ...store,
        transact(...given: Parameters<typeof store.transact>) {
          onTransaction()
          return store.transact(...given)
        },
      } as typeof store,
    },
  })
  const app = openApp(world, { tab, reads: reads(), routes: [liked, clapped] })
  await world.settle()
  app.clap('p2')
  await world.settle()
  app.like('p1')
  await world.settle()
  return {
    world,
    app,
    open,
    device,
    /** Does this at the next transaction. */
    atTransaction(work: () => void) {
      onTransaction = () => {
        onTransaction = () => {}
        work()
      }
    },
  }
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

  it.each([
    ['writes which outcomes it has shown', 1_000],
    ['tidies the journal', 3_000],
  ])('by a broker that is stopped while it %s', async (_what, ms) => {
    const { world, app, open, atTransaction } = await openBusyTab()
    await world.clock.advance(ms - 1)
    atTransaction(() => void app.broker.stop())
    await world.clock.advance(1)

    expect(open()).toEqual({})
  })

  it('by a page whose database was emptied under it', async () => {
    const { world, app, open, device } = await openBusyTab()
    device.wipe()
    app.tab.host.focus()
    await world.clock.advance(1_000)
    await app.broker.stop()
    await world.settle()

    expect(app.outbox().lost).toBeDefined()
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
