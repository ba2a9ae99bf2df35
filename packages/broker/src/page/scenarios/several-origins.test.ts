import { createAction } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { type RequestTemplate, write } from '../../index.js'
import { acknowledge, answer, createTestWorld, noAnswer } from '../../testing/index.js'

describe('an entry that waits for one of several origins is tried again (P14)', () => {
  it.each([
    ['away', noAnswer(), false],
    ['away', noAnswer(), true],
    ['told to wait for an hour', answer(429, undefined, { 'retry-after': '3600' }), true],
  ])('in time, while another origin is %s', async (_how, reply, isVisible) => {
    const world = createTestWorld()
    const sent = write(createAction<RequestTemplate>('sent'), { request: (template) => template })
    const app = openApp(world, { routes: [sent], origins: ['https://b.test'] })
    app.tab.host.setVisible(isVisible)
    let fails = 2
    world.network.always((request) => {
      if (request.url.startsWith('https://b.test')) return reply
      return fails-- > 0 ? answer(503) : acknowledge(request, {})
    })
    for (const name of 'abcd') {
      app.store.dispatch(sent({ url: `https://b.test/${name}`, method: 'PUT' }))
      await world.clock.advance(2_000)
    }
    const own = app.store.dispatch(sent({ url: '/a', method: 'PUT' }))
    await world.clock.advance(10_000)

    expect(await Promise.race([own.settled, 'waits'])).toMatchObject({ status: 'delivered' })
  })
})
