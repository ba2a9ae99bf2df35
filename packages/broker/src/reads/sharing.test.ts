import { describe, expect, it } from 'vitest'
import { openReads, tenCalls } from '../../test/reads-fixture.js'
import { watchReads } from '../page/index.js'
import { answer, createTestWorld } from '../testing/index.js'

const inOrder = ['me', 'posts/top', 'notifs/count', 'me/groups']
const namesUrl = ({ url }: { readonly url: string }) => answer(200, { name: new URL(url).pathname })

describe('the ten calls of a start', () => {
  it.each([1, 6])('make four requests in their order, with a limit of %i', async (readsMax) => {
    const world = createTestWorld({ network: namesUrl })
    const app = openReads(world, { limits: { readsMax, concurrencyMax: 6 } })
    const orders: string[] = []
    watchReads(app.broker, (event) => event.kind === 'sent' && orders.push(`${event.order} ${event.url}`))

    const receipts = tenCalls.map((call) => app.dispatch(call))
    await world.settle()

    expect(app.wire()).toEqual(inOrder)
    expect(orders).toEqual(inOrder.map((name, i) => `${i + 1} https://app.test/api/${name}`))
    const settled = await Promise.all(receipts.map(({ settled }) => settled))
    expect(settled.map(({ status }) => status)).toEqual(tenCalls.map(() => 'delivered'))
    expect(app.types().filter((type) => type.endsWith('/delivered'))).toHaveLength(4)
    expect(app.store.getState().me.name).toBe('/api/me')
    expect(world.reports).toEqual([])
  })

  it.each([1, 6])('do the same through broker.fetch, with a limit of %i', async (readsMax) => {
    const world = createTestWorld({ network: namesUrl })
    const app = openReads(world, { limits: { readsMax } })
    const priorities: Record<string, number> = { me: 1, top: 2, count: 3, groups: 4 }
    await world.settle()

    const answers = Promise.all(
      tenCalls.map(async ({ type }) => {
        const name = { 'me/load': 'me', 'posts/top': 'posts/top' }[type as string] ?? type
        const priority = priorities[name.split('/').at(-1) ?? ''] ?? 5
        return (await app.broker.fetch(`/api/${name}`, { priority })).json()
      }),
    )
    await world.settle()

    expect(app.wire()).toEqual(inOrder)
    expect(await answers).toHaveLength(10)
    expect((await answers)[9]).toEqual({ name: '/api/me/groups' })
  })
})
