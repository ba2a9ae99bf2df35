// Traces of finished work on the disk: they stay no longer than a page may need them, and leave with the user.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { type App, openApp, signedIn, signedOut } from '../../../test/page-fixture.js'
import { keySpan } from '../../core/rows/key-spans.js'
import type { Store } from '../../core/rows/store-port.js'
import { discardAll, write } from '../../index.js'
import { acknowledge, answer, held } from '../../testing/index.js'
import {
  clap,
  clapAndSettle,
  found,
  journalOf,
  open,
  reply,
  words,
} from '../fixtures/left-on-disk.fixture.js'

const rowsOf = (store: Store) =>
  store.transact('readonly', 'relaxed', async (tx) =>
    (await tx.list(keySpan('partitions', []), 1e3)).map((row) => JSON.stringify(row)),
  )

describe('after deliveries', () => {
  it('nothing is left on the disk after a sign-out', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    expect(await found(store)).not.toEqual([])

    app.store.dispatch(signedOut())
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  const api = 'https://tenant-7.example'
  const saved = write(createAction('saved'), {
    request: () => ({ url: `${api}/api/w`, method: 'PUT', body: {} }),
  })

  it.each([
    ['a sign-out', 200, async ({ store }: App) => store.dispatch(signedOut())],
    ['a change of the user', 200, async ({ store }: App) => store.dispatch(signedIn('bob'))],
    ['discardAll', 200, ({ broker }: App) => discardAll(broker)],
    ['discardAll while the server asks for time', 503, ({ broker }: App) => discardAll(broker)],
    ['discardAll after a refusal', 422, ({ broker }: App) => discardAll(broker)],
  ])('no row of a server is left after %s', async (_how, status, leave) => {
    const { store, world, app } = open({ routes: [saved], origins: [api] })
    world.network.always((request) => acknowledge(request, {}, status))
    await world.settle()
    app.store.dispatch(saved())
    await world.settle()
    expect(await found(store, [api])).toEqual([api])

    await leave(app)
    await world.settle()

    expect(await found(store, [api])).toEqual([])
  })

  it('the row of a server stays while entries wait for it, of any user', async () => {
    const { store, world, app } = open({ routes: [saved], origins: [api] })
    world.network.always(answer(503))
    await world.settle()
    app.store.dispatch(saved())
    await world.settle()
    const origins = () => store.transact('readonly', 'relaxed', (tx) => tx.list(keySpan('origins', []), 9))

    for (const next of [signedIn('bob'), signedOut()]) {
      app.store.dispatch(next)
      await world.settle()
      expect(await origins()).toMatchObject([{ origin: api }])
    }
  })

  const urls = { sessionProbe: '/api/session', knock: '/api/health', statusQuery: '/api/keys/:key' }

  it('no URL of `sessionProbe` and the like is left after a sign-out', async () => {
    const { store, world, app } = open(urls)
    await clapAndSettle({ world, app })
    expect(await found(store, Object.values(urls))).toEqual(Object.values(urls))

    app.store.dispatch(signedOut())
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  it('nothing is left once another user signs in, without a sign-out of the first', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    app.tab.crash()

    openApp(world, { who: 'bob' })
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  it('nothing is left when the user changes without a sign-out', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })

    app.store.dispatch(signedIn('bob'))
    await world.settle()

    expect(await found(store)).toEqual([])
  })

  it('nothing is left after discardAll, also of dead letters, doubts and waiting entries', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    world.network.next(answer(422, { [reply]: words }), answer(502))
    clap(app, 'p2')
    clap(app, 'p3')
    await world.settle()
    world.setOnline(false)
    clap(app, 'p4')
    await world.settle()

    await discardAll(app.broker)

    expect(await found(store)).toEqual([])
    app.store.dispatch(signedOut())
    await world.settle()
    expect(await found(store)).toEqual([])
  })

  it.each(['a change in the same tab', 'a change in another tab', 'a start'])(
    'no option of the app is left on the disk after discardAll, and all are there again with %s',
    async (how) => {
      const mark = 'the token is old'
      const options = { ...urls, session: { csrf: [{ status: 419, text: mark }] } }
      const traces = [...Object.values(urls), mark, 'https://app.test']
      const { store, world, app } = open(options)
      const other = openApp(world, options)
      await clapAndSettle({ world, app })
      const before = await found(store, traces)
      expect(before).toEqual(traces)

      await discardAll(app.broker)
      await world.settle()
      expect((await rowsOf(store)).filter((row) => traces.some((one) => row.includes(one)))).toEqual([])

      world.setOnline(false)
      if (how === 'a start') openApp(world, options)
      else clap(how === 'a change in the same tab' ? app : other, 'p2')
      await world.settle()
      const words = traces.slice(0, 4)
      const rows = await rowsOf(store)
      expect(words.filter((one) => !rows.some((row) => row.includes(one)))).toEqual([])
    },
  )

  it.each(['the same tab', 'another tab'])(
    'the user’s id is stored again with the next change, in %s, for the worker',
    async (where) => {
      const { store, world, app } = open()
      const other = openApp(world)
      await clapAndSettle({ world, app })
      await discardAll(app.broker)
      await world.settle()
      expect(await found(store, ['"ada"'])).toEqual([])
      world.setOnline(false)

      clap(where === 'the same tab' ? app : other, 'p2')
      await world.settle()

      expect(await found(store, ['"ada"'])).toEqual(['"ada"'])
      world.setOnline(true)
      await world.settle()
      expect(world.network.requests.at(-1)).toMatchObject({ principal: 'ada' })
      expect(app.outbox()).toMatchObject({ waiting: 0, paused: undefined })
    },
  )

  it('a user who discarded everything is still signed in, in every tab', async () => {
    const { store, world, app } = open()
    await clapAndSettle({ world, app })
    await discardAll(app.broker)
    await world.settle()
    expect(app.outbox()).toMatchObject({ waiting: 0, paused: undefined })

    openApp(world, { who: 'bob' })
    await world.settle()
    clap(app, 'p2')
    await world.settle()

    // Bob's session is never renamed by a change of Ada's.
    expect(await found(store, ['"ada"', '"bob"'])).toEqual(['"bob"'])
  })

  it('nothing is written if an entry settles after the sign-out of its user', async () => {
    const { store, world, app } = open()
    await world.settle()
    const { reply: late, release } = held()
    world.network.next(late)
    const tab = openApp(world)
    await world.settle()
    clap(tab, 'p1')
    await world.settle()
    app.store.dispatch(signedOut())
    await world.settle()
    release(answer(200, { reply }))
    await world.settle()

    expect(await found(store, [reply])).toEqual([])
    expect(JSON.stringify(await journalOf(store))).not.toContain(words)
  })
})
