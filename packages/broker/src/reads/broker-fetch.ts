// Reads without Redux. `broker.fetch` gives a `Response`, by the same rules.
import type { ReadRequest } from '../core/reads/read-types.js'
import type { FetchOptions, ReadEngineContext } from '../page/reads-port.js'
import { checkFetchOptions } from './request/check-read-options.js'
import { checkedPriority, checkedTags, type ReadParams, readParamNames } from './request/read-params.js'
import { toReadRequest } from './request/read-request.js'
import type { AnsweredRead, ReadResult } from './request/read-result.js'
import { createSubscriber } from './request/subscriber.js'
import type { UserReads } from './user-reads.js'

// Every bundler replaces this expression. A production build contains no checks.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

const knownInit: readonly string[] = ['signal', 'priority', 'tags', ...readParamNames]

/** Rejects as `fetch` does, with the signal's reason, a `TimeoutError`, or a TypeError where nothing came. */
export async function fetchRead(
  snapshot: ReadEngineContext['snapshot'],
  ask: UserReads['ask'],
  input: string | URL | Request,
  options: FetchOptions = {},
): Promise<Response> {
  if (process.env.NODE_ENV !== 'production') checkFetchOptions('broker.fetch()', options)
  // Checked in production too, since a POST would go as a GET, and a header would be missing.
  const [stranger] = Object.keys(options).filter((name) => !knownInit.includes(name))
  if (stranger !== undefined) throw new TypeError(`broker.fetch() knows no option \`${stranger}\`.`)
  const { signal, priority = 5, tags = [], cache = 'networkFirst', ...behavior } = options
  // In production too. fetch's own words have no capital letter, and only `no-store` says what a read can do.
  const mode = cache === 'no-store' ? 'networkOnly' : cache
  if (!/[A-Z]/.test(mode)) throw new TypeError(`broker.fetch() knows no cache '${mode}'.`)
  const given = input instanceof Request ? (input as never) : { url: String(input) }
  const request = toReadRequest('broker.fetch()', given, snapshot)
  const signals = [signal, input instanceof Request ? input.signal : undefined].filter(
    (one) => one !== undefined,
  )
  for (const one of signals) one.throwIfAborted()
  const params = {
    ...behavior,
    cache: mode,
    request,
    tags: checkedTags('broker.fetch()', tags),
    priority: checkedPriority('broker.fetch()', priority),
  }
  return new Promise((resolve, reject) => {
    const settle = (result: ReadResult) => {
      try {
        if (result.kind === 'answer') resolve(toFetchResponse(result, request))
        else if (result.kind === 'redirected' && mayFollow) follow()
        else reject(errorOf(result.kind))
      } catch (error) {
        // A server may answer with a status that no `Response` can be made with.
        reject(error)
      }
    }
    let mayFollow = !(input instanceof Request) || input.redirect === 'follow'
    // As fetch does, but only within its origin. The answer is not kept, since it may be a login page.
    const follow = () => {
      mayFollow = false
      begin({ ...params, request: { ...request, redirect: 'follow' }, cache: 'networkOnly', retries: 0 })
    }
    const begin = (how: ReadParams) => {
      const reader = createSubscriber({ params: how, settle })
      const leave = ask(reader)
      for (const one of signals) {
        const abort = () => {
          leave()
          reject(one.reason)
        }
        one.addEventListener('abort', abort, { signal: reader.over.signal })
      }
    }
    begin(params)
  })
}

function toFetchResponse(
  { answer, fetchedAt, stale }: AnsweredRead,
  { method, url: asked }: ReadRequest,
): Response {
  const { status, statusText = '', headers, body, url } = answer
  const hasBody = method !== 'HEAD' && ![204, 205, 304].includes(status)
  const response = new Response(hasBody ? body : null, {
    status,
    statusText,
    headers: headers as [string, string][],
  })
  Object.defineProperties(response, {
    url: { value: url ?? asked },
    redirected: { value: url !== undefined },
  })
  response.headers.set('redux-broker-fetched-at', String(fetchedAt))
  if (stale) response.headers.set('redux-broker-stale', '1')
  return response
}

function errorOf(kind: Exclude<ReadResult['kind'], 'answer'>): Error {
  if (kind === 'cancelled')
    return new DOMException('The user has changed, or the page was left.', 'AbortError')
  if (kind === 'timeout') return new DOMException('The read exceeded its time limit.', 'TimeoutError')
  return new TypeError(`The read got no answer: ${kind}.`)
}
