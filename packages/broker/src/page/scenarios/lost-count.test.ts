// A database that is emptied under open pages: the pages know themselves how much is gone.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openApp } from '../../../test/page-fixture.js'
import { createFakeDevice } from '../../core/fixtures/device.fixture.js'
import { createTestWorld } from '../../testing/index.js'

type Realm = 'page' | 'other' | 'worker'

/** The event before, and the one who comes upon the empty database first, by a look or by a capture. */
interface Order {
  readonly taps: readonly Realm[]
  readonly finder: Realm
  readonly byTap: boolean
  readonly hasNote: boolean
}

async function lostIn({ taps, finder, byTap, hasNote }: Order) {
  const world = createTestWorld()
  world.setOnline(false)
  const device = createFakeDevice({ hasCopy: false, hasNote })
  const worker = device.realm()
  const look = () => worker.transact('readwrite', 'relaxed', async () => {})
  const open = () => {
    const [tab, store] = [world.tab(), device.realm()]
    const app = openApp(world, {
      server: 'idempotent',
      tab: { ...tab, ports: { ...tab.ports, store, backup: store.backup } },
    })
    return { ...app, focus: () => tab.host.focus() }
  }
  const pages = { page: open(), other: open() }
  await world.settle()
  for (const who of taps) {
    if (who === 'worker') await look()
    else pages[who].clap('p1')
    await world.settle()
  }

  device.wipe()
  if (finder === 'worker') await look()
  else if (byTap) pages[finder].clap('p2')
  else pages[finder].focus()
  await world.settle()
  for (const { focus } of Object.values(pages)) focus()
  await world.settle()
  const said = Object.values(pages).map(({ outbox, post }) => ({
    upTo: outbox().lost?.upTo ?? 0,
    claps: post('p1')?.claps,
    waiting: outbox().waiting,
    notInView: outbox().notInView,
  }))
  return { said, reports: world.reports }
}

const realm = fc.constantFrom<Realm>('page', 'other', 'worker')
const order: fc.Arbitrary<Order> = fc.record({
  taps: fc.array(realm, { maxLength: 7 }),
  finder: realm,
  byTap: fc.boolean(),
  hasNote: fc.boolean(),
})

describe('pages whose database is emptied under them', () => {
  it('report the right number of lost entries, in whichever tab they were made or missed', async () => {
    await fc.assert(
      fc.asyncProperty(order, async (given) => {
        const upTo = given.taps.filter((who) => who !== 'worker').length
        const waiting = given.finder !== 'worker' && given.byTap ? 1 : 0
        const { said, reports } = await lostIn(given)
        const right = { upTo, claps: 0, waiting, notInView: 0 }
        expect(said).toEqual([right, right])
        expect(reports).toEqual([])
      }),
      { numRuns: 60, seed: 3 },
    )
  })
})
