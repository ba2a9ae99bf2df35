import type { WireRequest } from '../../core/network/network.js'

/** Past the browser's own cache, and to no other place than the one asked for. `more` may say otherwise. */
export const buildRequest = (
  { url, method, headers }: Pick<WireRequest, 'url' | 'method' | 'headers'>,
  more: RequestInit,
): Request =>
  new Request(url, {
    method,
    headers: headers as [string, string][],
    redirect: 'manual',
    cache: 'no-store',
    ...more,
  })
