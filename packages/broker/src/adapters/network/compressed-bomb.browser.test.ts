// A few kilobytes on the wire that become hundreds of megabytes. No more of them is inflated than may be kept.
import { describe, expect, it } from 'vitest'
import { systemClock } from '../system/system-clock.js'
import { fetchNetwork } from './fetch-network.js'

const bytesMax = 1_000_000
/** The browser inflates a little ahead. */
const aheadMax = 8_000_000

/** `fetch`, with a count of the bytes that were asked of the answer's body. */
function counting() {
  const inflated = { bytes: 0, isEnded: false }
  async function counted(request: Request, options: { readonly signal: AbortSignal }): Promise<Response> {
    const response = await fetch(request, options)
    const reader = response.body?.getReader()
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
          if (done) return controller.close()
          inflated.bytes += value?.byteLength ?? 0
          controller.enqueue(value)
        },
        cancel(reason) {
          inflated.isEnded = true
          return reader?.cancel(reason)
        },
      },
      { highWaterMark: 0 },
    )
    const { status, headers } = response
    return new Response(body, { status, headers })
  }
  return { inflated, fetch: counted }
}

const url = (path: string) => new URL(path, location.href).href

describe.each(['gzip', 'br', 'deflate'])('an answer of 200 MB that is compressed by %s', (encoding) => {
  it('has some kilobytes on the wire', async () => {
    expect(Number(await (await fetch(`/wire/bomb-size?${encoding}`)).text())).toBeLessThan(250_000)
  })

  it('is cut during decompression, as the answer of a write', async () => {
    const { inflated, fetch } = counting()
    const network = fetchNetwork(undefined, { clock: systemClock, fetch, isOnline: () => true })

    const reply = await network.send(
      { url: url(`/wire/bomb?${encoding}`), method: 'POST', headers: [], body: '' },
      { timeoutMs: 20_000, bytesMax, signal: new AbortController().signal },
    )

    expect(reply).toMatchObject({ kind: 'answer', status: 200, body: undefined })
    expectCut(inflated)
  })

  it('is cut during decompression, as the answer of a read', async () => {
    const { inflated, fetch } = counting()
    const network = fetchNetwork(undefined, { clock: systemClock, fetch, isOnline: () => true })

    const reply = await network.fetch(
      { url: url(`/wire/bomb?${encoding}`), method: 'GET', headers: [] },
      { bytesMax, signal: new AbortController().signal, moved() {} },
    )

    expect(reply).toMatchObject({ kind: 'answer', status: 200, body: undefined })
    expectCut(inflated)
  })
})

function expectCut({ bytes, isEnded }: { readonly bytes: number; readonly isEnded: boolean }): void {
  expect(isEnded).toBe(true)
  expect(bytes).toBeGreaterThan(bytesMax)
  expect(bytes).toBeLessThan(aheadMax)
}
