import { expect, it } from 'vitest'
import { openPosts, type Way } from './truth.fixture.js'

it('P8 the answer of a read leaves alone what it does not show, though that has ended meanwhile', async () => {
  const slow: Way = { thereMs: 0, backMs: 500, fate: 'ok' }
  const quick: Way = { thereMs: 0, backMs: 0, fate: 'ok' }
  const ways = [slow, quick]
  const { world, openTab } = openPosts(() => ways.shift() ?? quick)
  const tab = openTab(() => {})
  tab.load('a')
  await world.clock.advance(100)
  tab.clap('b')
  await world.clock.advance(100)
  expect(tab.posts().b.claps).toBe(1)

  await world.clock.advance(500)

  expect(tab.posts()).toMatchObject({ a: { claps: 0, isLoaded: true }, b: { claps: 1 } })
})
