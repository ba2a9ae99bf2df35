import { describe, expect, it } from 'vitest'
import { openReads } from '../../../test/reads-fixture.js'
import type { WireReply, WireRequest } from '../../core/network/network.js'
import { createTestWorld } from '../../testing/index.js'

const answer = (more: object = {}): WireReply => ({
  kind: 'answer',
  status: 200,
  headers: [],
  body: new TextEncoder().encode('{"n":1}').buffer as ArrayBuffer,
  ...more,
})

/** An app whose requests are answered by `reply`. */
function open(reply: (request: WireRequest) => WireReply) {
  const world = createTestWorld()
  const tab = world.tab()
  const sent: WireRequest[] = []
  const network = {
    ...tab.ports.network,
    fetch: async (request: WireRequest) => {
      sent.push(request)
      return reply(request)
    },
  }
  const app = openReads(world, { tab: { ...tab, ports: { ...tab.ports, network } } })
  const fetch = async (input: string | Request) => {
    const fetched = app.broker.fetch(input)
    fetched.catch(() => {})
    await world.clock.advance(10_000)
    return fetched
  }
  return { sent, fetch }
}

describe('the response of broker.fetch', () => {
  it.each(['/api/x', '/api/x?b=2&a=1', 'https://app.test/api/y'])(
    'has the requested URL: %s',
    async (url) => {
      const { fetch } = open(() => answer({ statusText: 'Told So' }))
      const response = await fetch(url)

      expect(response.url).toBe(new URL(url, 'https://app.test/').href)
      expect([response.statusText, response.redirected]).toEqual(['Told So', false])
    },
  )

  it('follows a redirect as fetch does, and has the final URL', async () => {
    const { fetch, sent } = open(({ redirect }) =>
      redirect === 'follow' ? answer({ url: 'https://app.test/api/there' }) : { kind: 'redirect' },
    )
    const response = await fetch('/api/moved')

    expect(await response.json()).toEqual({ n: 1 })
    expect([response.url, response.redirected]).toEqual(['https://app.test/api/there', true])
    expect(sent.map(({ redirect }) => redirect)).toEqual([undefined, 'follow'])
    // The answer may have been a login page, so it is not kept.
    await fetch('/api/moved')
    expect(sent).toHaveLength(4)
  })

  it.each(['manual', 'error'] as const)(
    'is an error if the Request forbids redirects: %s',
    async (redirect) => {
      const { fetch, sent } = open(() => ({ kind: 'redirect' }))

      await expect(fetch(new Request('https://app.test/api/moved', { redirect }))).rejects.toThrow(TypeError)
      expect(sent).toHaveLength(1)
    },
  )

  it.each([{ kind: 'redirect' }, { kind: 'failed' }] as const)(
    'is an error if the redirect leads to no answer: $kind',
    async (reply) => {
      const { fetch, sent } = open(({ redirect }) => (redirect === 'follow' ? reply : { kind: 'redirect' }))

      await expect(fetch('/api/moved')).rejects.toThrow(TypeError)
      expect(sent).toHaveLength(2)
    },
  )
})
