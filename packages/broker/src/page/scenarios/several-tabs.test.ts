import { describe, expect, it, vi } from 'vitest'
import { openApp, openTwoTabs, signedIn } from '../../../test/page-fixture.js'
import { cancel, deadLetters, discard, outboxEntries, retry } from '../../index.js'
import { acknowledge, createTestWorld, held, noAnswer } from '../../testing/index.js'

describe('several tabs over one outbox', () => {
  it('show each other’s pending changes and outcomes', async () => {
    const world = createTestWorld({ network: (request) => acknowledge(request, { likes: 9 }) })
    world.setOnline(false)
    const [here, there] = await openTwoTabs(world)

    here.like('p1')
    await world.settle()
    const whilePending = { post: there.post('p1'), waiting: there.outbox().waiting }
    world.setOnline(true)
    await world.settle()

    expect(here.types().filter((type) => type === 'redux-broker/restored')).toHaveLength(1)
    expect(whilePending).toMatchObject({ post: { likedByMe: true, likes: 1 }, waiting: 1 })
    for (const tab of [here, there]) {
      expect(tab.post('p1')).toMatchObject({ likedByMe: true, likes: 9 })
      expect(tab.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
      expect(tab.types().filter((type) => type === 'posts/liked/delivered')).toHaveLength(1)
    }
  })

  it('send each entry once, whichever wakes (P4)', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const tabs = [...(await openTwoTabs(world)), ...(await openTwoTabs(world))]
    for (const tab of tabs) for (let i = 0; i < 10; i++) tab.clap('p1')
    await world.settle()

    world.setOnline(true)
    for (const { tab } of tabs) tab.host.focus()
    await world.settle()

    expect(world.network.requests).toHaveLength(40)
    expect(new Set(world.network.requests.map(({ key }) => key)).size).toBe(40)
    for (const tab of tabs) expect(tab.post('p1')?.claps).toBe(40)
    expect(world.reports).toEqual([])
  })

  it('take over at once from a tab that dies while it sends, with the same key', async () => {
    const world = createTestWorld()
    const lost = held()
    world.network.next(lost.reply)
    const [here, there] = await openTwoTabs(world)
    here.clap('p1')
    await world.settle()

    here.tab.crash()
    there.tab.host.focus()
    await world.settle()

    const keys = world.network.requests.map(({ key }) => key)
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    expect(there.post('p1')?.claps).toBe(1)
  })

  it('show waiting entries in a tab that opens late', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const here = openApp(world)
    here.clap('p1')
    await world.settle()

    const late = openApp(world)
    await world.settle()

    expect(late.post('p1')?.claps).toBe(1)
    expect(late.outbox()).toMatchObject({ waiting: 1 })
  })
})

describe('an entry that another tab captured', () => {
  it('is cancelled by its id, and removed from both', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const [here, there] = [openApp(world), openApp(world)]
    const receipt = here.clap('p1')
    await world.settle()

    expect(await cancel(there.broker, receipt.id)).toBe('cancelled')
    await world.settle()

    expect(await receipt.settled).toEqual({ status: 'cancelled' })
    for (const tab of [here, there]) {
      expect(tab.outbox()).toEqual(expect.objectContaining({ waiting: 0, entries: {} }))
      expect(tab.post('p1')?.claps).toBe(0)
    }
    expect(await cancel(there.broker, receipt.id)).toBe('notFound')
  })

  it('stays in the index while it waits, since discard() finds no dead letter', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const [here, there] = [openApp(world), openApp(world)]
    const { id } = here.clap('p1')
    await world.settle()

    expect(await discard(there.broker, id)).toBe('notFound')

    expect(there.outbox()).toMatchObject({ waiting: 1, entries: { [id]: { state: 'accepted' } } })
  })

  it("is not cancelled once it may have arrived, nor is another user's", async () => {
    const world = createTestWorld({ network: [noAnswer({ timedOut: true })] })
    const [here, there] = [openApp(world), openApp(world)]
    const receipt = here.clap('p1')
    await world.settle()
    const late = await cancel(there.broker, receipt.id)
    there.store.dispatch(signedIn('bob'))
    await world.settle()

    expect(late).toBe('tooLate')
    expect(await cancel(there.broker, receipt.id)).toBe('notFound')
  })
})

describe('commands', () => {
  it('return nothing while nobody is signed in, and before there is a store', async () => {
    const world = createTestWorld()
    const app = openApp(world, { who: undefined })
    await world.settle()

    expect(await deadLetters(app.broker)).toEqual([])
    expect(await outboxEntries(app.broker)).toEqual([])
    expect(await retry(app.broker, 'x')).toBe('notFound')
    expect(await cancel(app.broker, 'x')).toBe('notFound')
  })

  it('remove an entry that was not accepted from the index', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const world = createTestWorld()
    const app = openApp(world, { limits: { bytesMax: 1 } })
    const receipt = app.clap('p1')
    await world.settle()
    const before = app.outbox().entries[receipt.id]?.state

    await discard(app.broker, receipt.id)

    expect(before).toBe('notAccepted')
    expect(app.outbox().entries).toEqual({})
  })
})
