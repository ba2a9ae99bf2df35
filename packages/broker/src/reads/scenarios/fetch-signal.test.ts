import { describe, expect, it } from 'vitest'
import { openReads, withSignals } from '../../../test/reads-fixture.js'
import { answer, createTestWorld, held } from '../../testing/index.js'

describe('broker.fetch', () => {
  it('ends its request when its signal aborts', async () => {
    const signals: AbortSignal[] = []
    const world = createTestWorld({ network: held().reply })
    const app = openReads(world, { tab: withSignals(world.tab(), signals) })
    const caller = new AbortController()
    await world.settle()
    const fetched = app.broker.fetch('/api/me', { signal: caller.signal }).catch((error: unknown) => error)
    await world.settle()

    caller.abort(new Error('left'))

    expect(await fetched).toEqual(new Error('left'))
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('returns the server’s answer, also without a body or with a refusal', async () => {
    const world = createTestWorld({
      network: [answer(204), answer(404, { title: 'gone' }), answer(500, 'no')],
    })
    const app = openReads(world)
    await world.settle()

    const statuses: number[] = []
    for (const path of ['/1', '/2', '/3']) {
      const response = app.broker.fetch(path)
      await world.settle()
      statuses.push((await response).status)
    }

    expect(statuses).toEqual([204, 404, 500])
  })
})
