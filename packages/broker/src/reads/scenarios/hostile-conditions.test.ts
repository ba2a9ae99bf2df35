import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { answer, createTestWorld, held, noAnswer } from '../../testing/index.js'

const unmetered = { when: { network: 'unmetered' } } as const

describe('conditions of a read before each sending', () => {
  it('hold for a repeat of a read that failed', async () => {
    const world = createTestWorld({ network: () => noAnswer() })
    const { tab, broker, wire } = openReads(world)
    tab.setDevice({ unmetered: true })
    void broker.fetch('/api/photo', { ...unmetered, retries: 3 }).catch(() => {})
    await world.settle()
    expect(wire()).toEqual(['photo'])
    tab.setDevice({ unmetered: false })
    await world.clock.advance(60_000)
    expect(wire()).toEqual(['photo'])
  })

  it('hold for a read that stood in line when they ceased to be met', async () => {
    const world = createTestWorld({ network: answer(200, {}) })
    const app = openReads(world, { limits: { readsMax: 1 } })
    app.tab.setDevice({ unmetered: true })
    const first = held()
    world.network.next(first.reply)
    void app.broker.fetch('/api/first')
    await world.settle()
    void app.broker.fetch('/api/photo', unmetered).catch(() => {})
    await world.settle()
    app.tab.setDevice({ unmetered: false })
    await world.settle()
    first.release(answer(200, {}))
    await world.clock.advance(1_000)
    expect(app.wire()).toEqual(['first'])
  })
})
