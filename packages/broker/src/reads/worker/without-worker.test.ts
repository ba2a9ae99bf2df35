import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTabs, readOf } from '../fixtures/tabs.fixture.js'

afterEach(() => vi.unstubAllGlobals())

describe('a page does its reads itself', () => {
  it('if the worker accepts none within 2 s, and does not ask it again until it answers', async () => {
    const { openTab, clock, sent, worker, wires, lockNames } = createTabs({ readsMax: 1 })
    worker.deaf = true
    const tab = openTab('a')
    tab.ask('/me').raise(2)
    tab.ask('/first', { priority: 1 })
    await clock.advance(1_999)
    expect(sent()).toEqual([])

    await clock.advance(1)
    tab.ask('/third', { priority: 3 })
    for (const at of [0, 1, 2]) await wires[at]?.answer('mine')

    expect(sent()).toEqual(['a /first', 'a /me', 'a /third'])
    expect(tab.heard).toContain('/me mine')
    expect(tab.isSilent()).toBe(true)
    expect(lockNames()).toEqual([])
  })

  it('but only those that the worker has not accepted', async () => {
    const { openTab, clock, sent, worker, wires, settle } = createTabs()
    const tab = openTab('a')
    tab.ask('/taken')
    await settle()
    worker.deaf = true
    tab.ask('/lost')
    await clock.advance(2_000)
    await wires[0]?.answer('')

    expect(sent()).toEqual(['worker 1 /taken', 'a /lost'])
    expect(tab.heard).toContain('/taken ')
  })

  it('if the worker may not send to their origin', async () => {
    const { openTab, sent, settle } = createTabs()
    openTab('a').ask('/me', { request: readOf('.evil.test/me') })
    openTab('a').ask('/me', { request: readOf('@evil.test/me') })
    await settle()

    expect(sent()).toEqual(['a .evil.test/me', 'a @evil.test/me'])
  })

  it('if the worker lacks a function of its requests, which does not count as silence', async () => {
    const { openTab, sent, clock, lockNames, settle } = createTabs({ needs: ['prepareHeaders'] })
    const tab = openTab('a')
    tab.ask('/me')
    await settle()
    expect(sent()).toEqual(['a /me'])
    expect(lockNames()).toEqual(['worker 1 redux-broker:db:reads:*'])

    await clock.advance(5_000)
    expect(sent()).toEqual(['a /me'])
    expect(tab.isSilent()).toBe(false)
  })

  it.each(['tabs', 'worker'] as const)(
    'if there are no Web Locks in the %s, since then no side notices the other’s end',
    async (noLocks) => {
      const { openTab, sent, settle } = createTabs({ noLocks })
      openTab('a').ask('/me')
      await settle()

      expect(sent()).toEqual(['a /me'])
    },
  )

  it('up to its limit', async () => {
    const { openTab, sent, settle } = createTabs({ noLocks: 'tabs' })
    const tab = openTab('a')
    tab.scheduler.limit(1)
    tab.ask('/1')
    tab.ask('/2')
    await settle()

    expect(sent()).toEqual(['a /1'])
  })
})

describe('a worker that is stopped', () => {
  it('is asked again at once, so that every subscriber is answered and told once that its read was sent', async () => {
    const { openTab, wires, sent, worker, settle } = createTabs()
    const tabs = [openTab('a'), openTab('b')]
    for (const tab of tabs) {
      tab.ask('/me')
      tab.ask('/top', { priority: 2 })
    }
    await settle()

    worker.stop()
    await settle()
    for (const wire of wires) await wire.answer(wire.by)

    expect(sent()).toEqual(['worker 1 /top', 'worker 1 /me', 'worker 2 /top', 'worker 2 /me'])
    for (const { heard } of tabs)
      expect(heard).toEqual(['/top sent 1', '/me sent 2', '/top worker 2', '/me worker 2'])
  })

  it('a second time is not asked again: the page reads itself', async () => {
    const { openTab, wires, sent, worker, settle } = createTabs()
    const tab = openTab('a')
    tab.ask('/me')
    await settle()
    worker.stop()
    await settle()
    worker.stop()
    await settle()
    await wires[2]?.answer('mine')

    expect(sent()).toEqual(['worker 1 /me', 'worker 2 /me', 'a /me'])
    expect(tab.heard).toEqual(['/me sent 1', '/me mine'])
  })

  it('is not asked for a subscriber that has left', async () => {
    const { openTab, sent, worker, clock, settle } = createTabs()
    const tab = openTab('a')
    const gone = tab.ask('/gone')
    tab.ask('/stays')
    await settle()

    gone.leave()
    await settle()
    worker.stop()
    await clock.advance(5_000)

    expect(sent()).toEqual(['worker 1 /gone', 'worker 1 /stays', 'worker 2 /stays'])
  })
})
