import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import { openApp, openWith, type Post } from '../../../test/page-fixture.js'
import { outboxEntries } from '../../index.js'
import { createTestWorld } from '../../testing/index.js'
import { rows } from '../fixtures/bad-input.fixture.js'

let consoleError: Mock
const untouched: Post = { likes: 0, likedByMe: false, claps: 0 }

beforeEach(() => {
  consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
})

afterEach(() => vi.restoreAllMocks())

describe('an action that cannot be captured settles as notAccepted, is not shown, and leaves no partial row', () => {
  it.each(rows)('$name', async ({ reason, advice, ...row }) => {
    const { world, app, dispatch } = openWith(row)
    await world.settle()

    const receipt = dispatch()
    const settled = await receipt.settled
    await world.settle()

    expect(settled).toEqual({ status: 'notAccepted', reason })
    expect(await receipt.accepted).toEqual({ status: 'notAccepted', reason })
    expect(app.post('p1')).toEqual({ ...untouched, problem: reason })
    expect(app.outbox()).toMatchObject({ waiting: 0 })
    expect(await outboxEntries(app.broker)).toEqual([])
    expect(consoleError).toHaveBeenCalledWith(expect.stringMatching(advice), expect.anything())
    expect(world.reports).toEqual([])
  })

  it('a relative URL without a page to resolve it against', async () => {
    const world = createTestWorld()
    const tab = world.tab()
    const bare = { ...tab, host: { ...tab.host, baseUrl: undefined } }
    const app = openApp(world, { tab: bare })

    const receipt = app.clap('p1')

    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'invalidRequest' })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringMatching(
        /that is absolute, since there is no page to resolve it against; it returned '\/api\/posts\/p1\/claps'/,
      ),
      expect.anything(),
    )
  })

  it('an action while nobody is signed in', async () => {
    const world = createTestWorld()
    const app = openApp(world, { who: undefined })

    const receipt = app.clap('p1')

    expect(await receipt.settled).toEqual({ status: 'notAccepted', reason: 'signedOut' })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringMatching(
        /posts\/clapped was dispatched while nobody is signed in.*Dispatch it after the sign-in.*user: \(\) => 'me'/,
      ),
      expect.anything(),
    )
  })

  it('a body that is larger than the whole outbox may be', async () => {
    const limits = { bodyBytesMax: 1_000, bytesMax: 100 }
    const { dispatch } = openWith({ request: () => ({ url: '/ok', body: 'x'.repeat(101) }) }, { limits })

    expect(await dispatch().settled).toEqual({ status: 'notAccepted', reason: 'outboxFull' })
    expect(consoleError).toHaveBeenCalledWith(
      expect.stringMatching(
        /limit of the whole outbox is 100 \(limits\.bytesMax\)\. Send less at once, or raise/,
      ),
      expect.anything(),
    )
  })

  it('prints nothing about it in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    // The modules ask once, as they are loaded: a bundler leaves the advice out.
    vi.resetModules()
    const { openWith } = await import('../../../test/page-fixture.js')
    const { dispatch } = openWith({ request: () => ({}) })

    await dispatch().settled
    vi.unstubAllEnvs()

    expect(consoleError).not.toHaveBeenCalled()
  })
})
