// A person who gives up everything gives up what was read for them, too.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads, readOffline } from '../../../test/reads-fixture.js'
import { discardAll, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, held, type TestWorld } from '../../testing/index.js'

const ada = answer(200, { name: 'Ada' })
const saved = write(createAction('me/saved'), { request: () => ({ method: 'PUT', url: '/api/saved' }) })
const open = (world: TestWorld) => openReads(world, { routes: [loadMe, saved] })

async function readAndDiscard() {
  const world = createTestWorld({
    network: (request) => (request.method === 'GET' ? ada : acknowledge(request, {})),
  })
  const app = open(world)
  app.dispatch(loadMe())
  await world.settle()
  await discardAll(app.broker)
  return { world, app }
}

describe('after discardAll no copy is left', () => {
  it('of earlier reads', async () => {
    const { world } = await readAndDiscard()

    expect(await readOffline(world)).toMatchObject({ status: 'returned' })
  })

  it.each(['this tab', 'another tab'])('of a read of %s that was in flight', async (where) => {
    const { reply, release } = held()
    const world = createTestWorld({ network: reply })
    const [here, there] = [open(world), open(world)]
    await world.settle()
    here.dispatch(loadMe())
    await world.settle()
    await discardAll((where === 'this tab' ? here : there).broker)

    release(ada)
    await world.settle()

    expect(here.store.getState().me.name).toBe('Ada')
    expect(await readOffline(world)).toMatchObject({ status: 'returned' })
  })

  it('until the next change: then reads are kept again', async () => {
    const { world, app } = await readAndDiscard()
    app.dispatch(saved())
    await world.settle()
    app.dispatch(loadMe())
    await world.settle()

    expect(await readOffline(world)).toMatchObject({ status: 'delivered', stale: true })
  })

  it('until the next start: then reads are kept again', async () => {
    const { world, app } = await readAndDiscard()
    app.tab.crash()
    const next = open(world)
    next.dispatch(loadMe())
    await world.settle()

    expect(await readOffline(world)).toMatchObject({ status: 'delivered', stale: true })
  })
})
