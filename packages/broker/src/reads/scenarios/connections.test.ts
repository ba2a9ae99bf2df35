import { createAction } from '@reduxjs/toolkit'
import { expect, it } from 'vitest'
import { loadPost, openReads } from '../../../test/reads-fixture.js'
import { write } from '../../index.js'
import { answer, createTestWorld, type HeldReply, held } from '../../testing/index.js'

const saved = write(createAction<{ id: string }>('post/saved'), {
  request: ({ id }) => ({ method: 'PUT', url: `/api/drafts/${id}` }),
  lane: ({ id }) => id,
  server: 'idempotent',
})

it('reads of a page leave a connection to writes, and no write waits behind a waiting read', async () => {
  const waiting: HeldReply[] = []
  const world = createTestWorld({
    network() {
      const reply = held()
      waiting.push(reply)
      return reply.reply
    },
  })
  const { broker, dispatch, wire } = openReads(world, { routes: [loadPost, saved] })
  await broker.ready
  for (let i = 0; i < 20; i++) dispatch(loadPost({ id: `${i}` }))
  await world.settle()
  expect(wire()).toEqual(['posts/0', 'posts/1', 'posts/2', 'posts/3', 'posts/4'])

  dispatch(saved({ id: 'a' }))
  dispatch(saved({ id: 'b' }))
  await world.settle()
  expect(wire().slice(5)).toEqual(['drafts/a'])

  waiting[0]?.release(answer(200, {}))
  await world.settle()
  expect(wire().slice(6)).toEqual(['drafts/b'])
  waiting[1]?.release(answer(200, {}))
  await world.settle()
  expect(wire().slice(7)).toEqual(['posts/5'])
  expect(world.reports).toEqual([])
})

it.each(['idempotent', 'plain'] as const)(
  'P6 a write to a server that is %s, waiting for a connection as another user signs in elsewhere, stays',
  async (server) => {
    const slow = held()
    const world = createTestWorld({ network: answer(200, {}) })
    const put = write(saved, { request: ({ id }) => ({ method: 'PUT', url: `/api/drafts/${id}` }), server })
    const ada = openReads(world, { routes: [loadPost, put], limits: { concurrencyMax: 1 } })
    await ada.broker.ready
    world.network.next(slow.reply)
    ada.dispatch(loadPost({ id: '1' }))
    await world.settle()
    ada.dispatch(put({ id: 'a' }))
    await world.settle()

    openReads(world, { who: 'bob' })
    await world.clock.advance(5_000)
    slow.release(answer(200, {}))
    await world.clock.advance(60_000)

    expect(ada.wire()).toEqual(['posts/1'])
  },
)
