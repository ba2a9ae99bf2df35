import { beforeAll, describe, expect, it } from 'vitest'
import { credentialsBy } from '../core/origins.js'
import type { Reply, WireRequest } from '../core/ports.js'
import { fetchNetwork } from './fetch-network.js'

const network = fetchNetwork()
const never = new AbortController().signal
const wire = (path: string, more: Partial<WireRequest> = {}): WireRequest => ({
  url: new URL(path, location.href).href,
  method: 'POST',
  headers: [],
  body: undefined,
  ...more,
})
const send = (path: string, more: Partial<WireRequest> = {}, timeoutMs = 20_000, signal = never) =>
  network.send(wire(path, more), { timeoutMs, signal })

interface Echo {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
function echo(reply: Reply): Echo {
  if (reply.kind !== 'answer') throw new Error(`not an answer: ${JSON.stringify(reply)}`)
  return JSON.parse(reply.body) as Echo
}

describe('fetch as the network', () => {
  it('sends method, headers and a text body as they are, and gives the answer with lower-case header names', async () => {
    const headers = [
      ['content-type', 'application/json'],
      ['Idempotency-Key', '"k1"'],
    ] as const

    const reply = await send('/wire/echo', { method: 'PATCH', headers, body: '{"é":1}' })

    expect(reply).toMatchObject({ kind: 'answer', status: 200, headers: { 'idempotency-key': '"k1"' } })
    expect(echo(reply)).toMatchObject({
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'idempotency-key': '"k1"' },
    })
    expect(new TextDecoder().decode(Uint8Array.from(atob(echo(reply).body), (c) => c.charCodeAt(0)))).toBe(
      '{"é":1}',
    )
  })

  it('sends bytes byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)

    const reply = await send('/wire/echo', { body: bytes.buffer })

    expect([...atob(echo(reply).body)].map((c) => c.charCodeAt(0))).toEqual([...bytes])
  })

  it('gives a refusal as an answer: what it means is not the wire’s to say', async () => {
    expect(await send('/wire/gone')).toMatchObject({ kind: 'answer', status: 422, body: 'no' })
  })

  it.each(['/wire/redirect', '/wire/redirect-307'])('follows no redirect: %s (F31, SEC8)', async (path) => {
    expect(await send(path)).toEqual({ kind: 'redirect' })
  })

  it('tells an answer whose body breaks off from one that came whole (F27)', async () => {
    expect(await send('/wire/cut')).toEqual({ kind: 'cut', status: 200 })
  })

  it('holds no answer without end: it is cut at its limit (SEC24)', async () => {
    expect(await send('/wire/huge')).toEqual({ kind: 'cut', status: 200 })
  })

  it('gives up after the time limit before the headers (F26)', async () => {
    expect(await send('/wire/silent', {}, 200)).toEqual({ kind: 'failed', timedOut: true, online: true })
  })

  it('gives up after the time limit in the middle of the body (F26)', async () => {
    expect(await send('/wire/trickle', {}, 200)).toEqual({ kind: 'cut', status: 200 })
  })

  it('fails without a word on the effect where the connection breaks (F29)', async () => {
    expect(await send('/wire/reset')).toEqual({ kind: 'failed', timedOut: false, online: true })
  })

  it('stops at the signal, and sends nothing where it was given before', async () => {
    const halt = new AbortController()
    const sent = send('/wire/silent', {}, 20_000, halt.signal)
    halt.abort()

    expect(await sent).toEqual({ kind: 'failed', timedOut: false, online: true })
    expect(await send('/wire/echo', {}, 20_000, halt.signal)).toMatchObject({ kind: 'failed' })
  })

  it('does not call a malformed request a failed connection', async () => {
    const malformed = { headers: [['bad name', 'x']] } as const

    await expect(send('/wire/echo', malformed)).rejects.toThrow(TypeError)
  })
})

describe('cookies (SEC9)', () => {
  let other = ''
  beforeAll(async () => {
    other = await (await fetch('/wire/other-origin')).text()
    await fetch('/wire/set-cookie')
  })

  it('go with requests to one’s own origin', async () => {
    expect(echo(await send('/wire/echo')).headers['cookie']).toContain('wire=crumb')
  })

  it('go to no other origin, although the browser has them for it', async () => {
    const control = await fetch(`${other}/wire/echo`, { method: 'POST', credentials: 'include' })
    const withThem = (await control.json()) as Echo

    const reply = await send(`${other}/wire/echo`)

    expect(withThem.headers['cookie']).toContain('wire=crumb')
    expect(echo(reply).headers['cookie']).toBeUndefined()
  })

  it('go to another origin that the app named for it, with a write and with a question', async () => {
    const named = fetchNetwork(credentialsBy([{ origin: other, credentials: 'include' }]))

    for (const method of ['PUT', 'GET']) {
      const reply = await named.send(wire(`${other}/wire/echo`, { method }), {
        timeoutMs: 20_000,
        signal: never,
      })
      expect(echo(reply).headers['cookie']).toContain('wire=crumb')
    }
  })
})
