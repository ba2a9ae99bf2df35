import { beforeAll, describe, expect, it } from 'vitest'
import { credentialsBy } from '../../core/network/allowed-origins.js'
import type { WireRequest } from '../../core/network/network.js'
import { describeNetwork } from '../contracts/network-contract.js'
import { fetchNetwork } from './fetch-network.js'

const url = (path: string) => new URL(path, location.href).href

describeNetwork('fetch', (clock) => ({
  network: fetchNetwork(undefined, {
    clock,
    fetch: (request, options) => fetch(request, options),
    isOnline: () => navigator.onLine,
  }),
  url,
  part: async (name, part) => void (await fetch(`/wire/${part}-part?${name}`)),
}))

const send = (path: string, more: Partial<WireRequest> = {}, network = fetchNetwork()) =>
  network.send(
    { url: url(path), method: 'POST', headers: [], body: undefined, ...more },
    { timeoutMs: 20_000, bytesMax: 1_000_000, signal: new AbortController().signal },
  )

async function echoedHeaders(...given: Parameters<typeof send>): Promise<Readonly<Record<string, string>>> {
  const reply = await send(...given)
  if (reply.kind !== 'answer') throw new Error(`not an answer: ${JSON.stringify(reply)}`)
  return JSON.parse(reply.body ?? '').headers
}

describe('cookies', () => {
  let other = ''
  beforeAll(async () => {
    other = await (await fetch('/wire/other-origin')).text()
    await fetch('/wire/set-cookie')
  })

  it('are sent to the page’s own origin', async () => {
    expect((await echoedHeaders('/wire/echo'))['cookie']).toContain('wire=crumb')
  })

  it('are not sent to another origin, although the browser has cookies for it', async () => {
    const control = await fetch(`${other}/wire/echo`, { method: 'POST', credentials: 'include' })
    const withThem = await control.json()

    expect(withThem.headers['cookie']).toContain('wire=crumb')
    expect((await echoedHeaders(`${other}/wire/echo`))['cookie']).toBeUndefined()
  })

  it('are sent to another origin that the app lists, with writes and with status queries', async () => {
    const named = fetchNetwork(credentialsBy([{ origin: other, credentials: 'include' }]))

    for (const method of ['PUT', 'GET'])
      expect((await echoedHeaders(`${other}/wire/echo`, { method }, named))['cookie']).toContain('wire=crumb')
  })
})
