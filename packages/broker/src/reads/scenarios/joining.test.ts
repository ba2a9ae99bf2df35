import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import { read, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, held } from '../../testing/index.js'

const saved = write(createAction<{ id: number }>('saved'), {
  request: ({ id }) => ({ method: 'PUT', url: `/api/w/${id}` }),
  tags: ['posts'],
})
const request = () => '/api/feed'
const patient = read(createAction('patient'), { request, tags: ['posts'] })
const hurried = read(createAction('hurried'), { request, tags: ['posts'], requestTimeoutMs: 1_000 })
const stale = read(createAction('stale'), { request, cache: 'staleWhileRevalidate' })
const fallback = read(createAction('fallback'), { request })
const visible = read(createAction('visible'), { request, when: { visible: true } })
const isRead = ({ method }: { readonly method: string }) => method === 'GET'

/** A tab whose looks at the store wait while it is closed. */
function gated(world: ReturnType<typeof createTestWorld>) {
  const tab = world.tab()
  const { store } = tab.ports
  let gate: Promise<void> | undefined
  const transact: typeof store.transact = async (mode, durability, work) => {
    if (mode === 'readonly') await gate
    return store.transact(mode, durability, work)
  }
  let open = () => {}
  return {
    tab: { ...tab, ports: { ...tab.ports, store: { ...store, transact } } },
    close() {
      gate = new Promise((resolve) => {
        open = resolve
      })
    },
    open() {
      gate = undefined
      open()
    },
  }
}

describe('a reader that joins', () => {
  it('while an answer is compared has no wire time run until the request is sent again', async () => {
    const world = createTestWorld()
    const [first, saving] = [held(), held()]
    world.network.always((asked) => (isRead(asked) ? answer(200, 'second') : saving.reply))
    const { tab, close, open } = gated(world)
    const app = openReads(world, { tab, routes: [saved, patient, hurried] })
    await world.settle()
    world.network.next(first.reply)
    app.dispatch(patient())
    await world.settle()
    app.dispatch(saved({ id: 1 }))
    await world.settle()
    close()
    first.release(answer(200, 'first'))
    await world.settle()
    const late = app.dispatch(hurried())
    await world.settle()
    open()
    await world.clock.advance(1_500)
    const write = world.network.requests.find((one) => !isRead(one))
    if (write !== undefined) saving.release(acknowledge(write, {}))
    await world.clock.advance(10)

    expect(await Promise.race([late.settled, 'open'])).toMatchObject({
      status: 'delivered',
      answer: 'second',
    })
  })

  it.each([false, true])('gets its copy also where the request has stepped back: %s', async (isBack) => {
    const world = createTestWorld()
    world.network.always(() => answer(200, 'copy'))
    const app = openReads(world, { routes: [stale, fallback, visible], limits: { readsMax: 1 } })
    await app.dispatch(fallback()).settled
    world.network.next(held().reply)
    void app.broker.fetch('/api/other').catch(() => {})
    await world.settle()
    app.tab.host.setVisible(false)
    if (isBack) {
      const stop = new AbortController()
      const left = app.broker.fetch('/api/feed', { signal: stop.signal }).catch(() => {})
      await world.settle()
      app.dispatch(visible())
      await world.settle()
      stop.abort()
      await left
    }

    const late = [app.dispatch(stale()), app.dispatch(fallback())]
    await world.clock.advance(3_500)

    for (const { settled } of late)
      expect(await Promise.race([settled, 'open'])).toMatchObject({ status: 'delivered' })
  })
})
