import { describe, expect, it } from 'vitest'
import { setup } from '../fixtures/site-data-cleared.fixture.js'

describe('a page that stays open while all site data is cleared, and the homes of apps', () => {
  it.each([
    ['/c/', '/'],
    ['/c/', '/c/'],
    ['/c/d/', '/c/'],
  ])('restores no home into a base that has a new one: at %s, with %s loaded first', async (base, first) => {
    const { world, open, empty, sent } = setup()
    open('/a/').tab.crash()
    await world.settle()
    const old = open(base)
    await world.settle()
    old.tab.freeze()
    empty()
    open(first, 'bob')
    await world.settle()
    const fresh = open(base)
    await world.settle()
    fresh.clap('p1')
    await world.settle()
    old.tab.thaw()
    old.tab.host.focus()
    await world.settle()
    for (const app of [old, fresh]) app.tab.crash()

    world.setOnline(true)
    open(base)
    await world.settle()
    expect(sent()).toEqual(['ada p1/claps'])
  })

  it.each([
    ['/', '/a/'],
    ['/a/', '/a/'],
    ['/a/', '/a/b/'],
  ])('updates the checkpoint to the new home: an old page at %s, a new one at %s', async (mine, theirs) => {
    const { world, device, open, empty } = setup({ hasNote: true })
    const old = open(mine)
    await world.settle()
    empty()
    const fresh = open(theirs)
    await world.settle()
    fresh.clap('p1')
    old.tab.host.focus()
    await world.settle()
    await world.clock.advance(60_000)
    for (const app of [old, fresh]) app.tab.crash()
    device.wipe()

    const next = open(theirs)
    await world.settle()
    expect(next.outbox().lost).toMatchObject({ upTo: 1 })
  })
})
