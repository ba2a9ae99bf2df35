import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer } from '../../testing/index.js'
import {
  bulk,
  hour,
  minute,
  open,
  plain,
  quick,
  seen,
  upload,
  worldAt,
  zone,
} from '../fixtures/conditions.fixture.js'

describe('conditions that change at random', () => {
  const kinds = { plain, upload, bulk, seen, quick }
  const change = fc.oneof(
    fc.record({ unmetered: fc.constantFrom(true, false, undefined) }),
    fc.record({ saveData: fc.boolean(), effectiveType: fc.constantFrom('2g', '3g', '4g', undefined) }),
    fc.record({ visible: fc.boolean() }),
    fc.record({ jump: fc.constantFrom(-hour, hour) }),
    fc.record({ online: fc.boolean() }),
    fc.record({ advance: fc.integer({ min: 1, max: 8 * hour }) }),
    fc.record({ kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])), lane: fc.nat(2) }),
  )

  it('never send an entry before its conditions are met, send all afterwards, and keep each lane’s order', async () => {
    const held = { upload: 0, bulk: 0, seen: 0, quick: 0, plain: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 40 }), async (changes) => {
        const world = worldAt()
        const { tab, dispatch, waiting } = open(world)
        const jobs: { readonly id: string; readonly kind: keyof typeof kinds; readonly lane: number }[] = []
        const arrived: string[] = []
        let device: Record<string, unknown> = {}
        const isNight = () => {
          const local = new Date(world.clock.now() + zone.offsetMinutes(world.clock.now()) * minute)
          return local.getUTCHours() >= 22 || local.getUTCHours() < 6
        }
        const isMet = {
          plain: () => true,
          upload: () => device['unmetered'] !== false,
          bulk: isNight,
          seen: () => tab.host.isVisible(),
          quick: () => device['effectiveType'] !== '2g' && device['saveData'] !== true,
        }
        world.network.always((request) => {
          const id = request.url.split('/').at(-1) ?? ''
          const job = jobs.find((one) => one.id === id)
          expect(job && isMet[job.kind]()).toBe(true)
          arrived.push(id)
          return answer(200, {}, { 'idempotency-key': `"${request.key}"` })
        })
        for (const one of changes) {
          if ('visible' in one) tab.host.setVisible(one.visible)
          else if ('jump' in one) world.clock.jump(one.jump)
          else if ('online' in one) world.setOnline(one.online)
          else if ('advance' in one) await world.clock.advance(one.advance)
          else if ('kind' in one) {
            const job = { id: `${jobs.length}`, kind: one.kind, lane: one.lane }
            jobs.push(job)
            dispatch(kinds[one.kind]({ id: job.id, lane: `${one.lane}` }))
          } else {
            device = { ...device, ...one }
            tab.setDevice(device)
          }
          await world.settle()
          for (const job of jobs) if (!arrived.includes(job.id) && !isMet[job.kind]()) held[job.kind]++
        }
        device = {}
        tab.setDevice(device)
        tab.host.setVisible(true)
        world.setOnline(true)
        await world.clock.advance(24 * hour)

        expect(waiting()).toBe(0)
        expect(world.reports).toEqual([])
        for (const lane of [0, 1, 2]) {
          const dispatched = jobs.filter((job) => job.lane === lane).map(({ id }) => id)
          expect(arrived.filter((id) => dispatched.includes(id))).toEqual(dispatched)
        }
      }),
      { seed: 4, numRuns: 60 },
    )
    // A run in which nothing waited proves nothing.
    for (const kind of ['upload', 'bulk', 'seen', 'quick'] as const)
      expect(held[kind], kind).toBeGreaterThan(10)
  })
})
