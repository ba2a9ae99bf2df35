import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { answer, createTestWorld } from '../../testing/index.js'

describe('the browser’s promise to keep the data', () => {
  it('is not requested at a start, nor for entries that are delivered at once', async () => {
    const world = createTestWorld()
    const app = openApp(world)
    await world.settle()
    app.clap('p1')
    await world.settle()

    expect(app.broker.capabilities().persisted).toBe(false)
  })

  it.each([
    ['the device is offline', { online: false, reply: answer(200) }],
    ['the user must sign in again', { online: true, reply: answer(401) }],
  ])('is requested when entries of this page stay on the device, since %s', async (_, { online, reply }) => {
    const world = createTestWorld({ network: reply })
    const app = openApp(world)
    await world.settle()
    world.setOnline(online)
    app.clap('p1')
    await world.settle()

    expect(app.broker.capabilities().persisted).toBe(true)
  })

  it('is requested once', async () => {
    const world = createTestWorld()
    const tab = world.tab()
    let times = 0
    const host = {
      ...tab.host,
      async persist() {
        times += 1
        return false
      },
    }
    world.setOnline(false)
    const app = openApp(world, { tab: { ...tab, host } })
    for (let i = 0; i < 3; i++) {
      app.clap('p1')
      await world.settle()
    }

    expect(times).toBe(1)
    expect(app.broker.capabilities().persisted).toBe(false)
  })

  it('is never requested if the app opts out, nor for entries of an earlier page', async () => {
    const world = createTestWorld()
    world.setOnline(false)
    const refusing = openApp(world, { persist: false })
    await world.settle()
    refusing.clap('p1')
    await world.settle()
    const other = openApp(world)
    await world.settle()

    expect(refusing.broker.capabilities().persisted).toBe(false)
    expect(other.broker.capabilities().persisted).toBe(false)
  })
})
