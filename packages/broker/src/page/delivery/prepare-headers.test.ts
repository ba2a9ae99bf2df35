import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { outboxEntries } from '../../index.js'
import { acknowledge, answer, createTestWorld, type SentRequest } from '../../testing/index.js'
import { bound, edited, open, prepareHeaders } from '../fixtures/prepare-headers.fixture.js'

/** A server that takes an edit only of the version that it has. */
function versionedServer() {
  let version = 1
  return (request: SentRequest) => {
    if (request.headers['if-match'] !== `"${version}"`) return answer(412, {})
    version += 1
    return acknowledge(request, { version })
  }
}

const sent = ({ requests }: { readonly requests: readonly SentRequest[] }) =>
  requests.map(({ headers }) => headers['if-match'])

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => vi.restoreAllMocks())

describe.each([
  ['`prepareHeaders`', edited, { prepareHeaders }],
  ['the `headers` of a route', bound, {}],
])('%s', (_name, route, options) => {
  it('see the answer of the previous entry of the lane', async () => {
    const world = createTestWorld({ network: versionedServer() })
    const { store, outbox } = open(world.tab(), options)

    for (let i = 1; i <= 4; i++) store.dispatch(route({ text: `v${i}` }))
    await world.settle()

    expect(sent(world.network)).toEqual(['"1"', '"2"', '"3"', '"4"'])
    expect(outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
  })

  it('see it in a hidden page, which paints no frame', async () => {
    const world = createTestWorld({ network: versionedServer() })
    const tab = world.tab()
    const { store } = open({ ...tab, host: { ...tab.host, frame: () => {} } }, options)

    for (let i = 1; i <= 3; i++) store.dispatch(route({ text: `v${i}` }))
    await world.settle()

    expect(sent(world.network)).toEqual(['"1"', '"2"', '"3"'])
  })

  it('see it in the page that sends the next entry, in any tab', async () => {
    const world = createTestWorld({ network: versionedServer() })
    world.setOnline(false)
    const one = open(world.tab(), options)
    const other = open(world.tab(), options)
    for (const { store } of [one, other, one]) store.dispatch(route({ text: 'x' }))
    await world.settle()

    world.setOnline(true)
    await world.settle()
    one.tab.crash()
    other.store.dispatch(route({ text: 'after' }))
    await world.clock.advance(5_000)

    expect(sent(world.network)).toEqual(['"1"', '"2"', '"3"', '"4"'])
  })

  it('see it after a reload, for entries from before the reload', async () => {
    const world = createTestWorld({ network: versionedServer() })
    world.setOnline(false)
    const before = open(world.tab(), options)
    for (let i = 1; i <= 3; i++) before.store.dispatch(route({ text: `v${i}` }))
    await world.settle()
    before.tab.crash()

    world.setOnline(true)
    const after = open(world.tab(), options)
    await world.clock.advance(5_000)

    expect(sent(world.network)).toEqual(['"1"', '"2"', '"3"'])
    expect(after.outbox()).toMatchObject({ waiting: 0, deadLetters: 0 })
  })

  it('are not stored', async () => {
    const world = createTestWorld({ network: answer(503) })
    const { store, broker } = open(world.tab(), options)
    store.dispatch(route({ text: 'a' }))
    await world.settle()

    expect(sent(world.network)).toEqual(['"1"'])
    expect(JSON.stringify(await outboxEntries(broker))).not.toContain('if-match')
  })
})
