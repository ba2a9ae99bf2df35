import { beforeAll, describe, expect, it, vi } from 'vitest'
import { credentialsBy } from '../../core/network/allowed-origins.js'
import type { WireOptions, WireReply, WireRequest } from '../../core/network/network.js'
import { fetchNetwork } from './fetch-network.js'

const never = new AbortController().signal
const request = (path: string, more: Partial<WireRequest> = {}): WireRequest => ({
  url: new URL(path, location.href).href,
  method: 'GET',
  headers: [],
  ...more,
})
const options: WireOptions = { bytesMax: 1_048_576, signal: never, moved() {} }
const send = (path: string, more: Partial<WireRequest> = {}, signal = never) =>
  fetchNetwork().fetch(request(path, more), { ...options, signal })

function answer(reply: WireReply) {
  if (reply.kind !== 'answer' || reply.body === undefined) throw new Error(`not an answer: ${reply.kind}`)
  return { ...reply, body: reply.body }
}
interface Echo {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}
const echo = (reply: WireReply) => JSON.parse(new TextDecoder().decode(answer(reply).body)) as Echo

describe('fetch as bytes', () => {
  it('sends method and headers unchanged, and returns the answer with lower-case header names', async () => {
    const reply = await send('/wire/echo', { headers: [['X-View', 'short']] })

    expect(echo(reply)).toMatchObject({ method: 'GET', headers: { 'x-view': 'short' } })
    expect(answer(reply).status).toBe(200)
    expect(answer(reply).headers).toContainEqual(['content-type', 'application/json'])
  })

  it('returns the bytes as they came, and none for a HEAD', async () => {
    const bytes = new Uint8Array(answer(await send('/wire/bytes')).body)

    expect([...bytes]).toEqual(Array.from({ length: 256 }, (_, i) => i))
    expect(answer(await send('/wire/bytes', { method: 'HEAD' }))).toMatchObject({ status: 200 })
    expect(answer(await send('/wire/bytes', { method: 'HEAD' })).body.byteLength).toBe(0)
  })

  it('asks the server each time, and returns its 304 unchanged', async () => {
    const first = answer(await send('/wire/tagged'))
    const again = answer(await send('/wire/tagged'))
    const held = answer(await send('/wire/tagged', { headers: [['if-none-match', '"v1"']] }))

    expect([first.status, again.status, held.status]).toEqual([200, 200, 304])
    expect(held.body.byteLength).toBe(0)
  })

  it('returns a refusal as an answer', async () => {
    expect(answer(await send('/wire/gone')).status).toBe(422)
  })

  it('follows no redirect', async () => {
    expect(await send('/wire/redirect')).toEqual({ kind: 'redirect' })
  })

  it('distinguishes an answer that breaks off from a failed connection', async () => {
    expect(await send('/wire/cut')).toEqual({ kind: 'cut', status: 200 })
    expect(await send('/wire/reset')).toEqual({ kind: 'failed' })
  })

  it('accepts an answer as long as the bound, and drops a longer body', async () => {
    const bytes = (count: number) => send(`/wire/bytes?${count}`)

    expect(answer(await bytes(1_048_576)).body.byteLength).toBe(1_048_576)
    expect(await bytes(1_048_577)).toMatchObject({ kind: 'answer', status: 200, body: undefined })
    expect(await send('/wire/huge')).toMatchObject({ kind: 'answer', status: 200, body: undefined })
  })

  it('reports progress at the start of the answer and for each part', async () => {
    const id = crypto.randomUUID()
    let moved = 0
    const given = { ...options, moved: () => void moved++ }
    const reply = fetchNetwork().fetch(request(`/wire/parts?${id}`), given)
    for (let part = 1; part <= 3; part++) {
      await fetch(`/wire/next-part?${id}`)
      await vi.waitFor(() => expect(moved).toBe(1 + part))
    }
    await fetch(`/wire/end-part?${id}`)

    expect(answer(await reply).body.byteLength).toBe(3 * 'part'.length)
    expect(moved).toBe(4)
  })

  it.each(['/wire/silent', '/wire/trickle'])('ends when the signal aborts: %s', async (path) => {
    const halt = new AbortController()
    const sent = send(path, {}, halt.signal)
    halt.abort()

    expect(await sent).toEqual({ kind: 'failed' })
  })

  it('never rejects, even for a malformed request', async () => {
    expect(await send('/wire/echo', { headers: [['bad name', 'x']] })).toMatchObject({ kind: 'invalid' })
  })
})

describe('cookies of reads', () => {
  let other = ''
  beforeAll(async () => {
    other = await (await fetch('/wire/other-origin')).text()
    await fetch('/wire/set-cookie')
  })

  it('are sent to the page’s own origin only', async () => {
    expect(echo(await send('/wire/echo')).headers['cookie']).toContain('wire=crumb')
    expect(echo(await send(`${other}/wire/echo`)).headers['cookie']).toBeUndefined()
  })

  it('are sent to another origin if the app lists it', async () => {
    const named = fetchNetwork(credentialsBy([{ origin: other, credentials: 'include' }]))

    expect(echo(await named.fetch(request(`${other}/wire/echo`), options)).headers['cookie']).toContain(
      'wire=crumb',
    )
  })
})
