import { describe, expect, it } from 'vitest'
import { answer, line, origin } from '../fixtures/knock-line.fixture.js'
import { knockMs } from '../limits.js'
import { withKnocks } from './knock-first.js'
import type { Reply } from './network.js'

describe('a slow root of an origin', () => {
  /** A line whose knocks take so long. */
  function slowRoot(tookMs: number) {
    const { ports, clock, asked } = line()
    const sent: Reply[] = []
    const slow = withKnocks({
      ...ports,
      network: {
        ...ports.network,
        send: async ({ url }) => {
          asked.push(`send ${url.slice(origin.length)}`)
          return answer
        },
        knock: (url, { timeoutMs }) => {
          asked.push(`knock ${url.slice(origin.length)}`)
          return new Promise((resolve) => {
            const ms = Math.min(tookMs, timeoutMs)
            clock.after(ms, () => resolve(ms < timeoutMs ? 200 : undefined))
          })
        },
      },
    })
    const pay = () => {
      const { signal } = new AbortController()
      const knock = { url: `${origin}/`, always: true }
      const request = { url: `${origin}/pay`, method: 'POST', headers: [], body: undefined }
      void slow.network
        .send(request, { timeoutMs: 1_000, bytesMax: 99, signal, knock })
        .then((reply) => sent.push(reply))
    }
    return { slow, clock, asked, sent, pay }
  }

  it.each([11_000, 12_000, 15_000, 24_000])(
    'vouches for its origin by a late answer: after %i ms',
    async (ms) => {
      const { slow, clock, sent, pay, asked } = slowRoot(ms)
      pay()
      await clock.advance(knockMs)
      expect(sent).toEqual([{ kind: 'unsent', reason: 'unreachable' }])
      expect(slow.reachability.isFresh(origin)).toBe(false)
      expect(slow.reachability.isDoubtful(origin)).toBe(true)

      await clock.advance(ms - knockMs)
      expect(slow.reachability.isFresh(origin)).toBe(true)
      pay()
      await clock.advance(0)
      expect(asked).toEqual(['knock /', 'send /pay'])
    },
  )

  it.each([11_000, 12_000, 15_000, 24_000])('is waited for once it is known as slow: %i ms', async (ms) => {
    const { clock, sent, pay } = slowRoot(ms)
    pay()
    await clock.advance(60_000)
    pay()
    await clock.advance(ms)

    expect(sent).toEqual([{ kind: 'unsent', reason: 'unreachable' }, answer])
  })

  it('has one late knock at a time, whose answer counts although other knocks time out', async () => {
    const { slow, clock, sent, pay, asked } = slowRoot(24_000)
    pay()
    await clock.advance(knockMs + 1)
    pay()
    await clock.advance(knockMs)
    expect(sent).toHaveLength(2)

    await clock.advance(5_000)
    expect(asked).toEqual(['knock /', 'knock /'])
    expect(slow.reachability.isFresh(origin)).toBe(true)
  })
})
