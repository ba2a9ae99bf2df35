// The session's probe may take half a minute, on a line that is dead or at a slow server. Nothing waits for it but the pause.
import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { type RequestTemplate, write } from '../../index.js'
import {
  acknowledge,
  answer,
  createTestWorld,
  held,
  noAnswer,
  type Script,
  type SentRequest,
} from '../../testing/index.js'

const isProbe = ({ url }: SentRequest) => url.endsWith('/api/me')
const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })

/** A paused outbox whose probe hangs, while a request of it is still in flight. */
async function hanging() {
  const probes = [held(), held(), held()]
  const upload = held()
  const world = createTestWorld()
  let isOver = true
  let asked = 0
  world.network.always((request) => {
    if (isProbe(request)) return probes[asked++]?.reply ?? noAnswer()
    if (request.url.endsWith('/up')) return upload.reply
    return isOver ? answer(401) : acknowledge(request, {})
  })
  const options = { routes: [sent], sessionProbe: '/api/me' }
  const app = openApp(world, options)
  const put = (url: string) => app.store.dispatch(sent({ url, method: 'PUT' }))
  const uploaded = app.store.dispatch(sent({ url: '/up', method: 'POST' }))
  await world.settle()
  const refused = put('/a')
  await world.clock.advance(1_500)
  expect(app.outbox().paused).toBe('auth')
  put('/b')
  await world.settle()
  expect(asked).toBe(1)
  const signIn = () => {
    isOver = false
    return app.broker.resume()
  }
  return { world, app, options, probes, upload, uploaded, refused, put, signIn, asked: () => asked }
}

describe('while the probe of a paused session hangs (P7)', () => {
  const answers: readonly (readonly [string, Script, object])[] = [
    ['a success', answer(200, { saved: true }), { status: 'delivered' }],
    ['a refusal', answer(422, {}), { status: 'returned', httpStatus: 422 }],
    ['a conflict', answer(409, {}), { status: 'returned', httpStatus: 409 }],
    ['no content', answer(204, ''), { status: 'delivered' }],
  ]

  it.each(answers)('%s is stored as it arrives', async (_what, reply, outcome) => {
    const { world, upload, uploaded } = await hanging()
    upload.release(reply as ReturnType<typeof answer>)
    await world.clock.advance(100)

    expect(await Promise.race([uploaded.settled, 'waits'])).toMatchObject(outcome)
  })

  it.each(answers)('%s is known to the next page after this one is closed', async (_what, reply) => {
    const { world, app, options, upload } = await hanging()
    upload.release(reply as ReturnType<typeof answer>)
    await world.clock.advance(100)
    app.tab.crash()
    const next = openApp(world, options)
    await world.clock.advance(2 * 60_000)

    expect(next.outbox()).toMatchObject({ paused: 'auth', waiting: 2 })
  })

  it('a sign-in sends all at once, and the late answer of the probe changes nothing', async () => {
    const { world, app, probes, refused, signIn } = await hanging()
    await signIn()
    await world.clock.advance(100)
    expect(await Promise.race([refused.settled, 'waits'])).toMatchObject({ status: 'delivered' })

    probes[0]?.release(answer(401))
    await world.clock.advance(100)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 1 })
  })

  it('a pause after the next sign-in starts a new probe, whose answer alone ends the pause', async () => {
    const { world, app, probes, put, signIn, asked } = await hanging()
    await signIn()
    await world.clock.advance(1_500)
    world.network.next(answer(401))
    put('/c')
    await world.clock.advance(1_500)
    expect(app.outbox().paused).toBe('auth')
    put('/d')
    await world.settle()
    expect(asked()).toBe(2)
    probes[0]?.release(answer(200, {}))
    await world.clock.advance(100)
    expect(app.outbox()).toMatchObject({ paused: 'auth', waiting: 3 })

    probes[1]?.release(answer(200, {}))
    await world.clock.advance(100)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 1 })
  })

  it('taps start no second probe, whose answer sends all of them', async () => {
    const { world, app, probes, put, asked } = await hanging()
    for (let i = 0; i < 10; i += 1) {
      await world.clock.advance(1_200)
      put(`/t${i}`)
    }
    expect(asked()).toBe(1)
    world.network.always((request) => acknowledge(request, {}))
    probes[0]?.release(answer(200, {}))
    await world.clock.advance(3_000)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 1 })
  })

  it('an answer of the server and a success of the probe may arrive together', async () => {
    const { world, app, probes, upload } = await hanging()
    world.network.always((request) => acknowledge(request, {}))
    upload.release(answer(200, {}))
    probes[0]?.release(answer(200, {}))
    await world.clock.advance(1_000)

    expect(app.outbox()).toMatchObject({ paused: undefined, waiting: 0 })
  })

  it('stop() works without a report', async () => {
    const { world, app } = await hanging()
    await app.broker.stop()
    await world.clock.advance(60_000)

    expect(world.reports).toEqual([])
  })
})
