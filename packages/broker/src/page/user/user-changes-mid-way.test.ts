// A user changes at each turn of work that is under way. The turns are microtasks, so that each place is met once.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApp, openTwoTabs, signedIn, signedOut } from '../../../test/page-fixture.js'
import { createTestWorld } from '../../testing/index.js'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => vi.restoreAllMocks())

const turns = Array.from({ length: 40 }, (_, turn) => turn)

async function wait(microtasks: number): Promise<void> {
  for (let i = 0; i < microtasks; i++) await Promise.resolve()
}

const nothing = { waiting: 0, entries: {}, deadLetters: 0, paused: undefined }

describe('a user who changes', () => {
  it('while the page reads what another tab stored: the next user sees nothing of it (P6)', async () => {
    for (const turn of turns) {
      const world = createTestWorld()
      world.setOnline(false)
      const [first, second] = await openTwoTabs(world)
      second.clap('p1')
      await wait(turn)
      first.store.dispatch(signedIn('bob'))
      const before = first.types().length
      await world.settle()

      expect(first.outbox(), `at turn ${turn}`).toMatchObject(nothing)
      expect(first.post('p1')?.claps).toBe(0)
      expect(first.types().slice(before)).toEqual(['redux-broker/restored'])
    }
  })

  it('while the page restores what waits: the next user sees nothing of it (P6)', async () => {
    for (const turn of turns) {
      const world = createTestWorld()
      world.setOnline(false)
      const first = openApp(world)
      first.clap('p1')
      await world.settle()
      first.tab.crash()

      const next = openApp(world)
      await wait(turn)
      next.store.dispatch(signedIn('bob'))
      const before = next.types().length
      await world.settle()

      expect(next.outbox(), `at turn ${turn}`).toMatchObject(nothing)
      expect(next.post('p1')?.claps).toBe(0)
      expect(next.types().slice(before)).toEqual(['redux-broker/restored'])
    }
  })

  it('and comes back at any turn: each entry of theirs is seen and sent once', async () => {
    for (const turn of turns) {
      const world = createTestWorld()
      world.setOnline(false)
      const app = openApp(world)
      await world.settle()
      app.clap('p1')
      await wait(turn)
      app.store.dispatch(signedOut())
      await wait(turn)
      app.store.dispatch(signedIn('ada'))
      await world.settle()
      const seen = [app.outbox().waiting, app.post('p1')?.claps]
      world.setOnline(true)
      await world.settle()

      expect(seen, `at turn ${turn}`).toEqual([1, 1])
      expect(world.network.requests.map(({ principal }) => principal)).toEqual(['ada'])
      expect(app.post('p1')?.claps).toBe(1)
      expect(world.reports).toEqual([])
    }
  })

  it('while the sign-out of the last one is written: the next one’s entry is sent, and no other', async () => {
    for (const turn of turns) {
      const world = createTestWorld()
      world.setOnline(false)
      const app = openApp(world)
      app.clap('p1')
      await world.settle()
      app.store.dispatch(signedOut())
      await wait(turn)
      app.store.dispatch(signedIn('bob'))
      app.clap('p2')
      world.setOnline(true)
      await world.clock.advance(60_000)

      expect(
        world.network.requests.map(({ principal }) => principal),
        `at turn ${turn}`,
      ).toEqual(['bob'])
      expect(app.outbox()).toMatchObject(nothing)
    }
  })
})
