import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTabs } from '../fixtures/tabs.fixture.js'

afterEach(() => vi.unstubAllGlobals())

describe('reads in the worker’s scheduler', () => {
  it('are one request for all tabs, and each subscriber gets its own answer', async () => {
    const { openTab, wires, sent, settle } = createTabs()
    const tabs = [openTab('a'), openTab('b'), openTab('c')]
    for (const tab of tabs) {
      tab.ask('/me')
      tab.ask('/me')
    }
    await settle()
    await wires[0]?.answer('ada')

    expect(sent()).toEqual(['worker 1 /me'])
    for (const { heard } of tabs) expect(heard).toEqual(['/me sent 1', '/me sent 1', '/me ada', '/me ada'])
    const bodies = tabs.flatMap(({ ends }) => ends.map((end) => end.kind === 'answer' && end.answer.body))
    expect(new Set(bodies).size).toBe(6)
  })

  it('keep their worker awake while one is unfinished, and no longer', async () => {
    const { openTab, wires, clock, messages } = createTabs()
    const tab = openTab('a')
    tab.ask('/long')
    await clock.advance(19_999)
    expect(messages()).toBe(1)
    await clock.advance(1)
    expect(messages()).toBe(2)
    await wires[0]?.answer('')
    tab.ask('/next')
    await clock.advance(0)
    expect(messages()).toBe(3)
    await wires[1]?.answer('')
    await clock.advance(600_000)
    expect(messages()).toBe(3)
    expect(tab.heard).toEqual(['/long sent 1', '/long ', '/next sent 2', '/next '])
  })

  it('of one turn go by priority, and a subscriber in another tab raises them', async () => {
    const { openTab, wires, sent, settle } = createTabs({ readsMax: 1 })
    const [here, there] = [openTab('a'), openTab('b')]
    here.ask('/slow', { priority: 5 })
    here.ask('/two', { priority: 2 })
    here.ask('/one', { priority: 1 })
    await settle()
    expect(sent()).toEqual(['worker 1 /one'])

    there.ask('/slow', { priority: 1 })
    there.ask('/last', { priority: 9 }).raise(1)
    await settle()
    for (const at of [0, 1, 2]) await wires[at]?.answer('')

    expect(sent().slice(1)).toEqual(['worker 1 /slow', 'worker 1 /last', 'worker 1 /two'])
  })

  it('are reported in the order in which they were sent and answered', async () => {
    const { openTab, wires, settle } = createTabs()
    const tab = openTab('a')
    for (const [at, path] of ['/4', '/3', '/2', '/1'].entries()) tab.ask(path, { priority: 4 - at })
    await settle()
    for (const at of [1, 0, 3, 2]) await wires[at]?.answer('')

    const sent = ['/1 sent 1', '/2 sent 2', '/3 sent 3', '/4 sent 4']
    expect(tab.heard).toEqual([...sent, '/2 ', '/1 ', '/4 ', '/3 '])
  })

  it('end with their last subscriber in any tab, never earlier', async () => {
    const { openTab, wires, settle } = createTabs()
    const [here, there] = [openTab('a'), openTab('b')]
    const [first, last] = [here.ask('/me'), there.ask('/me')]
    await settle()

    here.ask('/other')
    there.ask('/other')
    await settle()

    first.leave()
    await settle()
    expect(wires[0]?.signal.aborted).toBe(false)
    last.leave()
    await settle()

    expect(wires.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect([...here.ends, ...there.ends]).toEqual([])
  })

  it('of a closed tab end, unless other tabs wait for them', async () => {
    const { openTab, wires, settle } = createTabs()
    const [here, there] = [openTab('a'), openTab('b')]
    here.ask('/me')
    here.ask('/own')
    there.ask('/me')
    await settle()

    here.end()
    await settle()
    expect(wires.map(({ signal }) => signal.aborted)).toEqual([false, true])
    there.end()
    await settle()
    expect(wires.map(({ signal }) => signal.aborted)).toEqual([true, true])
  })

  it('that are cancelled before they were sent to the worker never get there', async () => {
    const { openTab, sent, lockNames, settle } = createTabs()
    const tab = openTab('a')
    tab.ask('/me').leave()
    await settle()
    expect(sent()).toEqual([])
    expect(lockNames()).toEqual([])

    tab.ask('/first')
    await settle()
    tab.ask('/me').leave()
    tab.ask('/next')
    await settle()
    expect(sent()).toEqual(['worker 1 /first', 'worker 1 /next'])
  })

  it('make the page hold its lock and watch the worker’s only while there are reads', async () => {
    const { openTab, wires, lockNames, settle } = createTabs()
    openTab('a').ask('/me')
    await settle()
    const [worker, reader] = ['redux-broker:db:reads:*', 'redux-broker:db:reader:*']
    const during = [`a ${reader}`, `a ${worker}`, `worker 1 ${reader}`, `worker 1 ${worker}`]
    expect(lockNames()).toEqual(during)

    await wires[0]?.answer('ada')
    expect(lockNames()).toEqual([`worker 1 ${worker}`])
  })

  it('do not end with earlier reads', async () => {
    const { openTab, wires, settle } = createTabs()
    const tab = openTab('a')
    const first = tab.ask('/me')
    await settle()
    first.leave()
    tab.ask('/me')
    await settle()
    await wires.at(-1)?.answer('ada')

    expect(wires.at(-1)?.signal.aborted).toBe(false)
    expect(tab.heard.at(-1)).toBe('/me ada')
  })

  it('respect the latest limit of any tab, also after the worker was stopped', async () => {
    const { openTab, sent, worker, clock, settle } = createTabs()
    const [here, there] = [openTab('a'), openTab('b')]
    there.scheduler.limit(3)
    await clock.advance(1)
    here.scheduler.limit(1)
    await settle()
    for (const path of ['/1', '/2', '/3']) there.ask(path)
    await settle()
    expect(sent()).toEqual(['worker 1 /1'])

    worker.stop()
    here.ask('/4')
    await settle()
    expect(sent()).toHaveLength(2)

    here.scheduler.limit(5)
    await settle()
    expect(sent()).toHaveLength(5)
  })
})
