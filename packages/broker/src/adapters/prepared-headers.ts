// What the app adds to a request as it leaves, by the function that it gave to a page or a worker.
import type { Outgoing } from '../core/attempt.js'

export type PrepareHeaders<About> = (
  headers: Headers,
  about: About,
) => Headers | void | PromiseLike<Headers | void>

/** The headers of a request, and what the app adds to them where it adds anything. */
export async function preparedHeaders<About>(
  headers: Outgoing['headers'],
  prepare: PrepareHeaders<About> | undefined,
  about: About,
): Promise<Outgoing['headers']> {
  if (prepare === undefined) return headers
  const given = new Headers(headers as [string, string][])
  return [...((await prepare(given, about)) ?? given)]
}
