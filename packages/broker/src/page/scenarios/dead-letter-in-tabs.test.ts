import { describe, expect, it } from 'vitest'
import { openApp, openTwoTabs } from '../../../test/page-fixture.js'
import { deadLetters, discard, retry } from '../../index.js'
import { acknowledge, createTestWorld } from '../../testing/index.js'

describe('a dead letter', () => {
  const refused = async () => {
    const world = createTestWorld()
    world.network.next((request) => acknowledge(request, { title: 'full' }, 422))
    const [here, there] = await openTwoTabs(world)
    const receipt = here.clap('p1')
    await world.settle()
    return { world, here, there, id: receipt.id }
  }

  it('is listed in every tab with its reason', async () => {
    const { there, id } = await refused()

    expect(there.outbox()).toMatchObject({ deadLetters: 1, waiting: 0 })
    expect(there.outbox().entries[id]).toMatchObject({
      state: 'returned',
      reason: 'refused',
      httpStatus: 422,
    })
    expect(await deadLetters(there.broker)).toMatchObject([
      { id, reason: 'refused', httpStatus: 422, problem: { title: 'full' }, attempts: 1 },
    ])
    expect(there.post('p1')).toMatchObject({ claps: 0, problem: 'refused' })
  })

  it('is retried from another tab, under a new key after a refusal, and delivered in both', async () => {
    const { world, here, there, id } = await refused()

    expect(await retry(there.broker, id)).toBe('retried')
    await world.settle()
    const [first, second] = world.network.requests

    expect(second?.key).not.toBe(first?.key)
    for (const tab of [here, there]) {
      expect(tab.post('p1')?.claps).toBe(1)
      expect(tab.outbox()).toEqual(expect.objectContaining({ waiting: 0, deadLetters: 0, entries: {} }))
    }
    expect(world.reports).toEqual([])
  })

  it('is back in the view of every tab while its repeat is under way', async () => {
    const { world, here, there, id } = await refused()
    world.setOnline(false)

    await retry(there.broker, id)
    await world.settle()

    for (const tab of [here, there]) {
      expect(tab.post('p1')?.claps).toBe(1)
      expect(tab.outbox()).toMatchObject({ waiting: 1, deadLetters: 0 })
      expect(tab.outbox().entries[id]?.state).toBe('accepted')
    }
  })

  it('is shown once in a tab that starts after its retry', async () => {
    const { world, here, there, id } = await refused()
    await world.clock.advance(5_000)
    world.setOnline(false)
    await retry(there.broker, id)
    for (const { tab } of [here, there]) tab.crash()

    const late = openApp(world)
    await world.settle()

    expect(late.post('p1')?.claps).toBe(1)
  })

  it('is discarded from another tab, and removed from both', async () => {
    const { world, here, there, id } = await refused()

    expect(await discard(there.broker, id)).toBe('discarded')
    await world.settle()

    expect(await deadLetters(here.broker)).toEqual([])
    for (const tab of [here, there])
      expect(tab.outbox()).toEqual(expect.objectContaining({ deadLetters: 0, entries: {} }))
    expect(world.network.requests).toHaveLength(1)
  })

  it('is not found after another tab retried or discarded it', async () => {
    const { here, there, id } = await refused()
    await retry(there.broker, id)

    expect(await retry(here.broker, id)).toBe('notFound')
    expect(await discard(here.broker, id)).toBe('notFound')
  })

  it('is found by its own user only', async () => {
    const { world, id } = await refused()
    const bob = openApp(world, { who: 'bob' })
    await world.settle()

    expect(await deadLetters(bob.broker)).toEqual([])
    expect(await retry(bob.broker, id)).toBe('notFound')
    expect(bob.outbox()).toEqual(expect.objectContaining({ deadLetters: 0, entries: {} }))
  })
})
