import { describe, expect, it } from 'vitest'
import { loadMe, openReads, readOffline, signedIn } from '../../../test/reads-fixture.js'
import { answer, createTestWorld, type TestWorld } from '../../testing/index.js'

type Options = Parameters<typeof openReads>[1]

/** Opens a page of an app that lies at a base. */
function openAt(world: TestWorld, base: string, options: Options = {}) {
  const tab = world.tab()
  return openReads(world, { ...options, tab: { ...tab, host: { ...tab.host, base } } })
}

describe('copies of reads of two apps of one origin', () => {
  it.each([
    ['signs in', '7', undefined],
    ['signs out', '7', ''],
    ['is another', '7', '8'],
    ['has the same name and signs out', 'ada', ''],
  ])('stay on the device if the user of the other app %s', async (_, user, next) => {
    const world = createTestWorld({ network: answer(200, { name: 'Ada' }) })
    const a = openAt(world, '/a/')
    a.dispatch(loadMe())
    await world.settle()
    const b = openAt(world, '/b/', { who: user })
    await world.settle()
    if (next !== undefined) b.dispatch(signedIn(next))
    await world.settle()

    expect(await readOffline(world, () => openAt(world, '/a/'))).toMatchObject({
      status: 'delivered',
      stale: true,
    })
    expect(await readOffline(world, () => openAt(world, '/b/', { who: 'ada' }))).toMatchObject({
      status: 'returned',
    })
  })
})
