import { describe, expect, it } from 'vitest'
import { answer, failed, line, origin } from '../fixtures/knock-line.fixture.js'
import { freshMs } from '../limits.js'

describe('a request that must not be repeated', () => {
  it('is sent after an answered knock, and without another knock a moment later', async () => {
    const { asked, send } = line()

    expect(await send('/pay')).toEqual(answer)
    expect(await send('/pay')).toEqual(answer)

    expect(asked).toEqual(['knock /', 'send /pay', 'send /pay'])
  })

  it.each([200, 204, 301, 401, 403, 404, 405, 429, 500, 0])(
    'counts any status as an answer: %i',
    async (status) => {
      const { asked, send } = line({ knocks: [status] })

      expect(await send('/pay')).toEqual(answer)
      expect(asked).toEqual(['knock /', 'send /pay'])
    },
  )

  it.each([
    [undefined, { kind: 'unsent', reason: 'unreachable' }],
    [502, { kind: 'unsent', reason: 'http', httpStatus: 502 }],
    [503, { kind: 'unsent', reason: 'http', httpStatus: 503 }],
    [504, { kind: 'unsent', reason: 'http', httpStatus: 504 }],
  ])('is not sent if a knock gives %s', async (status, reply) => {
    const { asked, send } = line({ knocks: [status] })

    expect(await send('/pay')).toEqual(reply)
    expect(asked).toEqual(['knock /'])
  })

  it('passes its URL to the knock, before it is sent and after it failed', async () => {
    const { send, knockedFor } = line({ replies: [answer, failed] })
    await send('/pay/1')
    await send('/pay/2')

    expect(knockedFor).toEqual(['/pay/1', '/pay/2'])
  })

  it('shares its knock with all requests that wait for the same origin', async () => {
    const { asked, send } = line()

    await Promise.all(['/a', '/b', '/c', '/d'].map((path) => send(path)))

    expect(asked).toEqual(['knock /', 'send /a', 'send /b', 'send /c', 'send /d'])
  })

  it('knocks again after 5 s, after a failure, and after a change of the network', async () => {
    const { asked, send, clock, ports } = line({ replies: [answer, answer, failed] })
    await send('/a')
    await clock.advance(freshMs)
    await send('/b')
    await send('/c')
    ports.reachability.note(`${origin}/read`, clock.monotonic(), undefined)
    await clock.advance(1)
    await send('/d')
    await clock.advance(1)
    ports.reachability.disturb()
    await clock.advance(1)
    await send('/e')

    expect(asked.join(', ')).toBe(
      'knock /, send /a, knock /, send /b, send /c, knock /, knock /, send /d, knock /, send /e',
    )
  })

  it('ignores the answer of a knock that was under way when a request failed', async () => {
    const { asked, ports, clock } = line()
    const { signal } = new AbortController()
    const request = { url: `${origin}/pay`, method: 'POST', headers: [], body: undefined }
    const options = { timeoutMs: 1_000, bytesMax: 99, signal, knock: { url: `${origin}/`, always: true } }
    await clock.advance(10)
    const sent = ports.network.send(request, options)
    await clock.advance(5)
    ports.reachability.note(`${origin}/read`, clock.monotonic(), undefined)
    await clock.advance(100)

    expect(await sent).toEqual(answer)
    expect(asked).toEqual(['knock /', 'knock /', 'send /pay'])
  })

  it('is not sent if it is stopped during its knock, and stops no other request', async () => {
    const { asked, ports, clock, send } = line()
    const stop = new AbortController()
    const request = { url: `${origin}/old`, method: 'POST', headers: [], body: undefined }
    const knock = { url: `${origin}/`, always: true }
    const old = ports.network.send(request, { timeoutMs: 1_000, bytesMax: 99, signal: stop.signal, knock })
    stop.abort()
    const next = send('/new')
    await clock.advance(100)

    expect(await old).toMatchObject({ kind: 'unsent' })
    expect(await next).toEqual(answer)
    expect(asked).toEqual(['knock /', 'knock /', 'send /new'])
  })
})

describe('any other request', () => {
  const repeatable = { knock: { url: `${origin}/health`, always: false } }

  it('is sent at once', async () => {
    const { asked, send } = line()

    await send('/like', repeatable)

    expect(asked).toEqual(['send /like'])
  })

  it('tells after a failure whether its origin answers', async () => {
    const { asked, send } = line({ replies: [failed, failed], knocks: [200, undefined] })

    expect(await send('/like', repeatable)).toEqual({ ...failed, isThere: true })
    expect(await send('/like', repeatable)).toEqual({ ...failed, isThere: false })
    expect(asked).toEqual(['send /like', 'knock /health', 'send /like', 'knock /health'])
  })

  it('knocks first after a failure, so that many requests share one knock', async () => {
    const { asked, send } = line({ replies: [failed], knocks: [undefined, undefined] })

    await send('/a', repeatable)
    await Promise.all(['/b', '/c', '/d'].map((path) => send(path, repeatable)))

    expect(asked).toEqual(['send /a', 'knock /health', 'knock /health'])
  })

  it('knocks first if the browser says offline, and is sent if the knock is answered', async () => {
    const lying = line({ isOnline: false })
    const offline = line({ isOnline: false, knocks: [undefined] })

    expect(await lying.send('/like', repeatable)).toEqual(answer)
    expect(await offline.send('/like', repeatable)).toMatchObject({ kind: 'unsent' })
    expect(lying.asked).toEqual(['knock /health', 'send /like'])
  })

  it('of the broker itself never knocks', async () => {
    const { ports, asked, clock } = line({ replies: [failed] })
    const { signal } = new AbortController()
    const request = { url: `${origin}/me`, method: 'GET', headers: [], body: undefined }
    const sent = ports.network.send(request, { timeoutMs: 1_000, bytesMax: 99, signal })
    await clock.advance(100)

    expect(await sent).toEqual(failed)
    expect(asked).toEqual(['send /me'])
  })
})

describe('whether a request may still be sent', () => {
  const asking = (always: boolean, mayLeave: boolean) => {
    const given: boolean[] = []
    const mayLeaveNow = async (hasKnocked: boolean) => {
      given.push(hasKnocked)
      return mayLeave
    }
    return { given, knock: { url: `${origin}/`, always, mayLeave: mayLeaveNow } }
  }

  it.each([true, false])(
    'is checked after a knock, also for a repeatable request: always %s',
    async (always) => {
      const { asked, send } = line({ replies: [failed] })
      await send('/first', { knock: { url: `${origin}/`, always: false } })
      asked.length = 0
      const { given, knock } = asking(always, false)

      const reply = await send('/pay', { knock })

      expect(given).toEqual([asked.includes('knock /')])
      expect(reply).toEqual({ kind: 'unsent', reason: 'busy' })
      expect(asked).not.toContain('send /pay')
    },
  )

  it('reports the beginning and the end of a wait only if there is one', async () => {
    const { asked, send } = line()
    const [first, second] = [asking(true, true), asking(true, true)]
    const hold = () => void asked.push('hold')

    await send('/pay', { knock: { ...first.knock, hold } })
    await send('/pay', { knock: { ...second.knock, hold } })

    expect([...first.given, ...second.given]).toEqual([true, false])
    expect(asked).toEqual(['hold', 'knock /', 'send /pay', 'send /pay'])
  })
})
