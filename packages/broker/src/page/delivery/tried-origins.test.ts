import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { cancel, write } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'

const paid = write(createAction<string>('paid'), { request: (id) => ({ url: `/api/pay/${id}`, body: {} }) })
const uploaded = write(createAction<string>('uploaded'), {
  request: (id) => ({ method: 'PUT', url: `/api/up/${id}` }),
  when: { network: 'unmetered' },
})
const elsewhere = write(createAction<string>('elsewhere'), {
  request: (id) => ({ method: 'PUT', url: `https://write.test/${id}` }),
  when: { network: 'unmetered' },
})

describe.each([
  ['the same origin', uploaded],
  ['another origin', elsewhere],
])('an entry to %s waits for a condition', (_what, other) => {
  it('which keeps the page offline no longer than the network is away', async () => {
    const world = createTestWorld()
    const app = openReads(world, { routes: [paid, uploaded, elsewhere], origins: ['https://write.test'] })
    app.tab.setDevice({ unmetered: false })
    await world.settle()
    world.setOnline(false)
    app.dispatch(other('u1'))
    const { id } = app.dispatch(paid('p1'))
    await world.clock.advance(20_000)
    await cancel(app.broker, id)
    await world.settle()
    world.setOnline(true)
    await world.clock.advance(600_000)
    const { connectivity, waiting } = app.store.getState().broker
    expect({ connectivity, waiting }).toEqual({ connectivity: 'online', waiting: 1 })
  })
})
