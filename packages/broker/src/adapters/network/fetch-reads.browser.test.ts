import { beforeAll, describe, expect, it, vi } from 'vitest'
import { credentialsBy } from '../../core/network/allowed-origins.js'
import type { ReadReply, ReadRequest } from '../../core/reads/read-types.js'
import { fetchReads } from './fetch-reads.js'

const never = new AbortController().signal
const request = (path: string, more: Partial<ReadRequest> = {}): ReadRequest => ({
  url: new URL(path, location.href).href,
  method: 'GET',
  headers: [],
  ...more,
})
const send = (path: string, more: Partial<ReadRequest> = {}, signal = never) =>
  fetchReads().send(request(path, more), signal)

function answer(reply: ReadReply) {
  if (reply.kind !== 'answer') throw new Error(`not an answer: ${reply.kind}`)
  return reply.answer
}
interface Echo {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
}
const echo = (reply: ReadReply) => JSON.parse(new TextDecoder().decode(answer(reply).body)) as Echo

describe('fetch as the wire of reads', () => {
  it('sends method and headers as they are, and gives the answer with lower-case header names', async () => {
    const reply = await send('/wire/echo', { headers: [['X-View', 'short']] })

    expect(echo(reply)).toMatchObject({ method: 'GET', headers: { 'x-view': 'short' } })
    expect(answer(reply).status).toBe(200)
    expect(answer(reply).headers).toContainEqual(['content-type', 'application/json'])
  })

  it('asks for JSON rather than for anything else, unless the request names what it wants', async () => {
    const accept = async (more: Partial<ReadRequest>) =>
      echo(await send('/wire/echo', more)).headers['accept']

    expect(await accept({})).toBe('application/json, */*;q=0.5')
    expect(await accept({ headers: [['accept', 'text/csv']] })).toBe('text/csv')
  })

  it('gives the bytes as they came, none for a HEAD', async () => {
    const bytes = new Uint8Array(answer(await send('/wire/bytes')).body)

    expect([...bytes]).toEqual(Array.from({ length: 256 }, (_, i) => i))
    expect(answer(await send('/wire/bytes', { method: 'HEAD' }))).toMatchObject({ status: 200 })
    expect(answer(await send('/wire/bytes', { method: 'HEAD' })).body.byteLength).toBe(0)
  })

  it('asks the server each time, and gives its 304 as it is', async () => {
    const first = answer(await send('/wire/tagged'))
    const again = answer(await send('/wire/tagged'))
    const held = answer(await send('/wire/tagged', { headers: [['if-none-match', '"v1"']] }))

    expect([first.status, again.status, held.status]).toEqual([200, 200, 304])
    expect(held.body.byteLength).toBe(0)
  })

  it('gives a refusal as an answer', async () => {
    expect(answer(await send('/wire/gone')).status).toBe(422)
  })

  it('follows no redirect (F31, SEC8)', async () => {
    expect(await send('/wire/redirect')).toEqual({ kind: 'redirect' })
  })

  it.each(['/wire/cut', '/wire/reset'])(
    'fails where the answer does not come whole, or has no end: %s (F27, F29, SEC24)',
    async (path) => {
      expect(await send(path)).toEqual({ kind: 'failed' })
    },
  )

  it('takes an answer as long as the bound', async () => {
    const bounded = fetchReads(undefined, 1_048_576)
    const bytes = (count: number) => bounded.send(request(`/wire/bytes?${count}`), never)

    expect(answer(await bytes(1_048_576)).body.byteLength).toBe(1_048_576)
    expect(await bytes(1_048_577)).toEqual({ kind: 'tooLarge' })
    expect(await bounded.send(request('/wire/huge'), never)).toEqual({ kind: 'tooLarge' })
  })

  it('tells of progress: as the answer begins, and for each part of it', async () => {
    const id = crypto.randomUUID()
    let moved = 0
    const reply = fetchReads().send(request(`/wire/parts?${id}`), never, () => void moved++)
    for (let part = 1; part <= 3; part++) {
      await fetch(`/wire/next-part?${id}`)
      await vi.waitFor(() => expect(moved).toBe(1 + part))
    }
    await fetch(`/wire/end-part?${id}`)

    expect(answer(await reply).body.byteLength).toBe(3 * 'part'.length)
    expect(moved).toBe(4)
  })

  it.each(['/wire/silent', '/wire/trickle'])('ends at the signal: %s', async (path) => {
    const halt = new AbortController()
    const sent = send(path, {}, halt.signal)
    halt.abort()

    expect(await sent).toEqual({ kind: 'failed' })
  })

  it('never rejects, not for a malformed request either', async () => {
    expect(await send('/wire/echo', { headers: [['bad name', 'x']] })).toEqual({ kind: 'failed' })
  })
})

describe('cookies of reads (SEC9)', () => {
  let other = ''
  beforeAll(async () => {
    other = await (await fetch('/wire/other-origin')).text()
    await fetch('/wire/set-cookie')
  })

  it('go with requests to one’s own origin, and to no other', async () => {
    expect(echo(await send('/wire/echo')).headers['cookie']).toContain('wire=crumb')
    expect(echo(await send(`${other}/wire/echo`)).headers['cookie']).toBeUndefined()
  })

  it('go to another origin that the app named for it', async () => {
    const named = fetchReads(credentialsBy([{ origin: other, credentials: 'include' }]))

    expect(echo(await named.send(request(`${other}/wire/echo`), never)).headers['cookie']).toContain(
      'wire=crumb',
    )
  })
})
