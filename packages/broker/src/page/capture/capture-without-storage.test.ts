import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { createTestWorld } from '../../testing/index.js'
import { countingStore } from '../fixtures/capture.fixture.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe('if the storage fails', () => {
  it('a capture is not accepted, as storageUnavailable, its change is undone, and nothing is sent', async () => {
    const { store, failing } = countingStore()
    const world = createTestWorld({ store })
    const app = openApp(world)
    await world.settle()
    failing.error = new Error('disk')

    const receipt = app.clap('p1')
    const shown = app.post('p1')?.claps
    await world.settle()

    expect(shown).toBe(1)
    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'storageUnavailable' })
    expect(console.error).toHaveBeenCalledWith(
      expect.stringMatching(/could not be stored\. Tell the user.*private window/),
      failing.error,
    )
    expect(app.post('p1')?.claps).toBe(0)
    expect(app.outbox().waiting).toBe(0)
    expect(world.network.requests).toHaveLength(0)
  })

  it('the page goes on when the storage is back, and repeats the failed start', async () => {
    const { store, failing } = countingStore()
    failing.error = new Error('disk')
    const world = createTestWorld({ store })
    const app = openApp(world)
    await world.settle()
    const refused = app.clap('p1')
    await world.settle()
    failing.error = undefined

    const receipt = app.clap('p1')
    await world.settle()

    expect((await refused.settled).status).toBe('notAccepted')
    expect((await receipt.settled).status).toBe('delivered')
    expect(world.network.requests).toHaveLength(1)
  })

  it('earlier entries are sent when the tab becomes visible again', async () => {
    const { store, failing } = countingStore()
    const world = createTestWorld({ store })
    world.setOnline(false)
    const before = openApp(world)
    before.clap('p1')
    await world.settle()
    before.tab.crash()
    failing.error = new Error('disk')
    const app = openApp(world)
    await world.settle()
    failing.error = undefined

    world.setOnline(true)
    await world.settle()

    expect(world.network.requests).toHaveLength(1)
    expect(app.post('p1')?.claps).toBe(1)
    expect(app.outbox().waiting).toBe(0)
  })
})
