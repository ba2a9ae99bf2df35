// The wire of reads: one fetch past the browser's own cache, no redirect followed, the body read to its end as bytes.
import { readBytesMax } from '../core/limits.js'
import { type CredentialsOf, credentialsBy } from '../core/origins.js'
import type { ReadNetwork, ReadReply, ReadRequest } from '../core/reads/line.js'

/** Cookies go to the page's own origin, and to those others that the app named for it. */
export const fetchReads = (credentialsOf: CredentialsOf = credentialsBy()): ReadNetwork => ({
  async send(request, signal) {
    try {
      return await readReply(await fetch(toRequest(request, credentialsOf(request.url), signal)))
    } catch {
      return { kind: 'failed' }
    }
  },
})

const toRequest = (
  { url, method, headers }: ReadRequest,
  credentials: RequestCredentials,
  signal: AbortSignal,
) =>
  new Request(url, {
    method,
    headers: headers as [string, string][],
    redirect: 'manual',
    cache: 'no-store',
    credentials,
    signal,
  })

async function readReply(response: Response): Promise<ReadReply> {
  if (response.type === 'opaqueredirect') return { kind: 'redirect' }
  const body = await readBytes(response.body?.getReader())
  if (body === undefined) return { kind: 'failed' }
  return { kind: 'answer', answer: { status: response.status, headers: [...response.headers], body } }
}

/** All bytes; undefined where they are more than we are willing to hold. Rejects where they break off. */
async function readBytes(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined,
): Promise<ArrayBuffer | undefined> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done) return new Blob(parts).arrayBuffer()
    parts.push(value)
    size += value.byteLength
    if (size > readBytesMax) {
      await reader?.cancel()
      return undefined
    }
  }
}
