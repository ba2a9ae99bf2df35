// Adds the app's headers to a request as it leaves, by the functions that it gave to a page or a worker.
import type { Outgoing } from '../../core/delivery/ask-server.js'
import { errorText } from '../../core/network/error-text.js'
import { build, InvalidRequest, PrepareHeadersError } from '../../core/network/invalid-request.js'

export type PrepareHeaders<About> = (
  headers: Headers,
  about: About,
) => Headers | void | PromiseLike<Headers | void>

/**
 * The headers of a request, and what the app adds to them where it adds anything.
 * @throws InvalidRequest where a header is none that a request can have, also where the app's function sets it. An
 * error of the function becomes the `cause` of a new error, which names the function by `what`. By default that is the
 * app's own function, which may also throw the answer that it got in place of a token.
 */
export async function preparedHeaders<About>(
  headers: Outgoing['headers'],
  prepare: PrepareHeaders<About> | undefined,
  about: About,
  what?: string,
): Promise<Outgoing['headers']> {
  if (prepare === undefined) return headers
  const given = build(() => checkedPairs(new Headers(headers as [string, string][])))
  let prepared = given
  try {
    prepared = (await prepare(given, about)) ?? given
  } catch (error) {
    if (error instanceof InvalidRequest) throw error
    if (isOfHeaders(error)) throw new InvalidRequest(errorText(error), { cause: error })
    const text = `redux-broker: ${what ?? '`prepareHeaders`'} threw: ${errorText(error)}`
    const options = { cause: error }
    throw what === undefined
      ? new PrepareHeadersError(text, options, missedServer(error))
      : new Error(text, options)
  }
  return build(() => [...new Headers(prepared)])
}

/** Whether it comes from other `Headers` that the function made, by the words of Chromium, of Firefox, and of Safari. */
const isOfHeaders = (error: unknown) =>
  error instanceof TypeError &&
  /'Headers':|^Headers(\.| c)|ByteString|^Header '|^Invalid header/.test(error.message)

function missedServer(error: unknown): PrepareHeadersError['missed'] {
  if (error instanceof Response)
    return { httpStatus: error.status, retryAfter: error.headers.get('retry-after') ?? undefined }
  return isOfFetch(error) ? {} : undefined
}

/** Whether a fetch got no answer, by the words of Chromium, of Firefox, of Safari, and of Node. */
const isOfFetch = (error: unknown) =>
  error instanceof Error &&
  (error.name === 'TimeoutError' ||
    (error instanceof TypeError &&
      /^(failed to fetch|network ?error|load failed|the (network|internet) connection|fetch failed)/i.test(
        error.message,
      )))

/** Headers that tell a name or a value which none may have from the other errors of the function that sets it. */
function checkedPairs(headers: Headers): Headers {
  for (const method of ['set', 'append'] as const)
    headers[method] = (name, value) => build(() => Headers.prototype[method].call(headers, name, value))
  return headers
}
