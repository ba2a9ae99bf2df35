import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { loadMe, openReads, readOffline, signedIn } from '../../../test/reads-fixture.js'
import { read } from '../../index.js'
import { answer, createTestWorld, held, type TestWorld } from '../../testing/index.js'

const ada = answer(200, { name: 'Ada' })
type App = ReturnType<typeof openReads>

const nothing = { status: 'returned', reason: 'failed' }

const leave = async (world: TestWorld, app: App, next?: string) => {
  app.dispatch(signedIn(next))
  await world.settle()
}

describe('when a user leaves, no answer of their reads is left', () => {
  it.each([
    ['signs out', undefined],
    ['hands over to another user', 'bob'],
  ])('in this and in other tabs: the user %s', async (_, next) => {
    const world = createTestWorld({ network: ada })
    const [here, there] = [openReads(world), openReads(world)]
    there.dispatch(loadMe())
    await world.settle()
    there.tab.crash()

    await leave(world, here, next)

    expect(await readOffline(world)).toMatchObject(nothing)
  })

  it.each(['this tab', 'another tab'])('of a read that ends after a sign-out in %s', async (where) => {
    const { reply, release } = held()
    const world = createTestWorld({ network: reply })
    const [here, there] = [openReads(world), openReads(world)]
    await world.settle()
    here.dispatch(loadMe())
    await world.settle()

    await leave(world, where === 'this tab' ? here : there)
    release(ada)
    await world.settle()

    expect(await readOffline(world)).toMatchObject(nothing)
  })

  it.each(['bob', undefined])(
    'once %s starts, if the page of the sign-out crashed before it cleared them',
    async (user) => {
      const world = createTestWorld({ network: ada })
      const here = openReads(world)
      here.dispatch(loadMe())
      await world.settle()
      await world.store.transact('readwrite', 'relaxed', async (tx) => tx.delete('settings', ['active']))
      here.tab.crash()

      const next = openReads(world, { who: user })
      await world.settle()
      next.tab.crash()

      expect(await readOffline(world)).toMatchObject(nothing)
    },
  )

  it('but a page that does not know the user yet removes nothing', async () => {
    const world = createTestWorld({ network: ada })
    const here = openReads(world)
    here.dispatch(loadMe())
    await world.settle()
    here.tab.crash()

    openReads(world, { who: undefined })
    await world.settle()

    expect(await readOffline(world)).toMatchObject({
      status: 'delivered',
      answer: { name: 'Ada' },
      stale: true,
    })
  })
})

describe('when another user comes', () => {
  it('no copy is shown that was looked up for the previous user', async () => {
    const loadMe = read(createAction('me/load'), {
      request: () => '/api/me',
      when: { network: 'unmetered' },
      whileWaiting: 'cached',
    })
    const world = createTestWorld({ network: ada })
    const tab = world.tab()
    const { find } = world.answerCache
    let giveBack = () => {}
    const answerCache = {
      ...world.answerCache,
      async find(...of: Parameters<typeof find>) {
        const found = await find(...of)
        await new Promise<void>((resolve) => {
          giveBack = resolve
        })
        return found
      },
    }
    const visit = openReads(world, { routes: [loadMe] })
    visit.dispatch(loadMe())
    await world.settle()
    visit.tab.crash()
    const app = openReads(world, {
      routes: [loadMe],
      tab: { ...tab, ports: { ...tab.ports, answerCache: answerCache } },
    })
    tab.setDevice({ unmetered: false })
    await world.settle()

    const receipt = app.dispatch(loadMe())
    await world.settle()
    void receipt.cancel()
    app.dispatch(signedIn('bob'))
    giveBack()
    await world.settle()

    expect(app.types()).not.toContain('me/load/delivered')
  })

  it('a subscriber that asks at the change is answered as the new user', async () => {
    const world = createTestWorld({ network: ada })
    const app = openReads(world)
    await world.settle()
    const asked: unknown[] = []
    app.store.subscribe(() => {
      if (app.actions.at(-1)?.type === 'redux-broker/userChanged') asked.push(app.dispatch(loadMe()).settled)
    })

    await leave(world, app, 'bob')

    expect(await Promise.all(asked)).toMatchObject([{ status: 'delivered' }])
  })

  it('but the same user’s copies stay if the rows have lost the session', async () => {
    const world = createTestWorld({ network: ada })
    const app = openReads(world)
    app.dispatch(loadMe())
    await world.settle()
    app.tab.crash()
    const { store } = world.tab().ports
    await store.transact('readwrite', 'strict', async (tx) => tx.delete('settings', ['active']))

    expect(await readOffline(world)).toMatchObject({ status: 'delivered', stale: true })
  })
})
