// The duties of every network. The suite runs over a browser's fetch and over the scripted network of tests.
import { beforeEach, describe, expect, it } from 'vitest'
import type { Network, Reply, SendOptions, WireRequest } from '../../core/network/network.js'
import type { Clock } from '../../core/platform.js'
import { type ManualClock, manualClock } from '../../testing/manual-clock.js'

/** A network, and a server behind it that has the pages named in the tests. */
export interface NetworkWorld {
  readonly network: Network
  url(path: string): string
  /** Sends the next part of the answer to `/wire/parts?name`, or ends that answer. */
  part(name: string, part: 'next' | 'end'): Promise<void>
}

interface Echo {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** In base64. */
  readonly body: string
}

export function describeNetwork(
  name: string,
  create: (clock: Pick<Clock, 'after'>) => NetworkWorld | Promise<NetworkWorld>,
): void {
  describe(`${name} as a network`, () => {
    let clock: ManualClock
    let timersSet: number
    let world: NetworkWorld
    beforeEach(async () => {
      clock = manualClock()
      timersSet = 0
      world = await create({
        after(ms, callback) {
          timersSet++
          return clock.after(ms, callback)
        },
      })
    })

    const never = new AbortController().signal
    const send = (path: string, more: Partial<WireRequest> = {}, options: Partial<SendOptions> = {}) =>
      world.network.send(
        { url: world.url(path), method: 'POST', headers: [], body: undefined, ...more },
        { timeoutMs: 20_000, bytesMax: 1_000_000, signal: never, ...options },
      )
    const echo = async (more: Partial<WireRequest>) => {
      const reply = await send('/wire/echo', more)
      if (reply.kind !== 'answer') throw new Error(`not an answer: ${JSON.stringify(reply)}`)
      return JSON.parse(reply.body ?? '') as Echo
    }
    const sentBytes = async (body: WireRequest['body']) =>
      Uint8Array.from(atob((await echo({ body })).body), (c) => c.charCodeAt(0))

    describe('sends what it is given', () => {
      it('with its method and headers', async () => {
        const headers = [
          ['content-type', 'application/json'],
          ['Idempotency-Key', '"k1"'],
        ] as const

        expect(await echo({ method: 'PATCH', headers, body: '{}' })).toMatchObject({
          method: 'PATCH',
          headers: { 'content-type': 'application/json', 'idempotency-key': '"k1"' },
        })
      })

      it.each(['', '{"é":1}', '李 🙂', '\ud800'])('a text as UTF-8: %j', async (text) => {
        expect(await sentBytes(text)).toEqual(new TextEncoder().encode(text))
      })

      it('bytes byte for byte', async () => {
        const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)

        expect(await sentBytes(bytes.buffer)).toEqual(bytes)
      })

      it('a method in lower case as fetch sends it', async () => {
        expect(await echo({ method: 'put' })).toMatchObject({ method: 'PUT' })
      })

      it.each([
        ['cookie', 'mine=1'],
        ['host', 'elsewhere.example'],
        ['sec-mine', '1'],
        ['proxy-mine', '1'],
      ])('without the headers that a browser keeps for itself: %s', async (forbidden, value) => {
        expect((await echo({ headers: [[forbidden, value]] })).headers[forbidden]).not.toBe(value)
      })

      it.each<[string, Partial<WireRequest>]>([
        ['a header with a bad name', { headers: [['bad name', 'x']] }],
        ['a header that is not Latin-1', { headers: [['x-user', '李']] }],
        ['a header with a line break', { headers: [['x-user', 'a\nb: c']] }],
        ['a GET with a body', { method: 'GET', body: 'x' }],
        ['a method that is forbidden', { method: 'TRACE' }],
        ['a method that is no token', { method: 'P UT' }],
        ['a URL with a password', { url: 'https://ada:secret@app.test/' }],
        ['a URL that cannot be parsed', { url: 'http://' }],
      ])('or says that the request is invalid, which is no failed connection: %s', async (_, malformed) => {
        const message = expect.stringMatching(/TypeError: ./)
        expect(await send('/wire/echo', malformed)).toEqual({ kind: 'invalid', message })
      })
    })

    describe('tells what came', () => {
      it('an answer, with header names in lower case', async () => {
        const reply = await send('/wire/echo', { headers: [['Idempotency-Key', '"k1"']] })

        expect(reply).toMatchObject({ kind: 'answer', status: 200, headers: { 'idempotency-key': '"k1"' } })
      })

      it('a refusal, as an answer', async () => {
        expect(await send('/wire/gone')).toMatchObject({ kind: 'answer', status: 422, body: 'no' })
      })

      it('an answer without a body, as an empty text', async () => {
        expect(await send('/wire/empty')).toMatchObject({ kind: 'answer', status: 204, body: '' })
      })

      it('text that is not quite UTF-8, as a browser reads it', async () => {
        expect(await send('/wire/odd-text')).toMatchObject({ kind: 'answer', body: 'a\ufffdb' })
      })

      it.each(['/wire/redirect', '/wire/redirect-307'])('a redirect, not followed: %s', async (path) => {
        expect(await send(path)).toEqual({ kind: 'redirect' })
      })

      it('an answer that breaks off', async () => {
        expect(await send('/wire/cut')).toEqual({ kind: 'cut', status: 200 })
      })

      it('a broken connection, whose effect is unknown', async () => {
        expect(await send('/wire/reset')).toEqual({ kind: 'failed', timedOut: false })
      })
    })

    describe('keeps at most `bytesMax` of an answer', () => {
      const long = (bytesMax: number) => send('/wire/letters?300', {}, { bytesMax })

      it('returns an answer of that many bytes with its body', async () => {
        expect(await long(300)).toMatchObject({ kind: 'answer', status: 200, body: 'é'.repeat(150) })
      })

      it.each([299, 150, 0])(
        'returns a longer answer without its body, counted in bytes: %i',
        async (bytesMax) => {
          const reply = await long(bytesMax)

          expect(reply).toMatchObject({
            kind: 'answer',
            status: 200,
            headers: { 'content-type': 'text/plain' },
          })
          expect(reply).toHaveProperty('body', undefined)
        },
      )

      it('returns an endless answer without its body', async () => {
        expect(await send('/wire/huge')).toMatchObject({ kind: 'answer', status: 200, body: undefined })
      })
    })

    describe('waits for progress', () => {
      const parts = async (timeoutMs: number) => {
        const id = crypto.randomUUID()
        const replies: Reply[] = []
        const done = send(`/wire/parts?${id}`, {}, { timeoutMs }).then((reply) => void replies.push(reply))
        return { replies, done, part: (part: 'next' | 'end') => world.part(id, part) }
      }
      const untilTimers = (count: number) => expect.poll(() => timersSet, { timeout: 20_000 }).toBe(count)

      it('and gives up if no answer begins within the time limit', async () => {
        const reply = send('/wire/silent', {}, { timeoutMs: 1_000 })
        await clock.advance(1_000)

        expect(await reply).toEqual({ kind: 'failed', timedOut: true })
      })

      it('and waits for an answer that makes progress', async () => {
        const { done, replies, part } = await parts(1_000)
        // One timer for the request, one for the head of its answer, and one for each part.
        for (let count = 1; count <= 5; count++) {
          await part('next')
          await untilTimers(2 + count)
          await clock.advance(999)
        }
        expect(replies).toEqual([])
        await part('end')
        await done

        expect(replies).toMatchObject([{ kind: 'answer', status: 200, body: 'part'.repeat(5) }])
      })

      it('and gives up if an answer stops in the middle', async () => {
        const { done, replies, part } = await parts(1_000)
        await part('next')
        await untilTimers(3)
        await clock.advance(1_000)
        await done

        expect(replies).toEqual([{ kind: 'cut', status: 200 }])
      })
    })

    it('stops when the signal aborts, and sends nothing if it aborted before', async () => {
      const halt = new AbortController()
      const sent = send('/wire/silent', {}, { signal: halt.signal })
      halt.abort()

      expect(await sent).toEqual({ kind: 'failed', timedOut: false })
      expect(await send('/wire/echo', {}, { signal: halt.signal })).toMatchObject({ kind: 'failed' })
    })
  })
}
