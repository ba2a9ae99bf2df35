import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

const unmetered = { when: { network: 'unmetered' } } as const

/** One request is on the wire, and the next has to wait for it. */
async function openBehindAnother() {
  const world = createTestWorld({ network: answer(200, {}) })
  const app = openReads(world, { limits: { readsMax: 1 } })
  const first = held()
  world.network.next(first.reply)
  void app.broker.fetch('/api/first')
  await world.settle()
  return { world, ...app, letGo: () => first.release(answer(200, {})) }
}

describe('a request that some subscribers want only under conditions', () => {
  it('is sent for subscribers without conditions', async () => {
    const { world, tab, broker, wire, letGo } = await openBehindAnother()
    tab.setDevice({ unmetered: false })

    const answers = Promise.all([broker.fetch('/api/photo', unmetered), broker.fetch('/api/photo')])
    letGo()
    await world.settle()

    expect(wire()).toEqual(['first', 'photo'])
    await answers
  })

  it('waits for them again when the subscribers without conditions have left the queue', async () => {
    const { world, tab, broker, wire, letGo } = await openBehindAnother()
    tab.setDevice({ unmetered: false })
    const hurry = new AbortController()
    const left = broker.fetch('/api/photo', { signal: hurry.signal }).catch(() => 'left')
    const patient = broker.fetch('/api/photo', unmetered)
    await world.settle()

    hurry.abort()
    expect(await left).toBe('left')
    letGo()
    await world.settle()
    expect(wire()).toEqual(['first'])

    tab.setDevice({ unmetered: true })
    await world.settle()
    expect(wire()).toEqual(['first', 'photo'])
    expect((await patient).status).toBe(200)
  })

  it('is sent once if they are met as the last subscriber without conditions leaves', async () => {
    const { world, tab, broker, wire, letGo } = await openBehindAnother()
    tab.setDevice({ unmetered: false })
    const hurry = new AbortController()
    broker.fetch('/api/photo', { signal: hurry.signal }).catch(() => {})
    const patient = broker.fetch('/api/photo', unmetered)

    hurry.abort()
    tab.setDevice({ unmetered: true })
    letGo()
    await world.settle()

    expect(wire()).toEqual(['first', 'photo'])
    expect((await patient).status).toBe(200)
  })
})
