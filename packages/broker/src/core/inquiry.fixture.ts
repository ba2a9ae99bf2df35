// What servers answer to the status query, for its tests.
import type { Reply } from './ports.js'

const json = { 'content-type': 'application/json' }
export const answer = (
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = json,
): Reply => ({
  kind: 'answer',
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
export const done = (status: number) => answer(200, { state: 'done', status })
export const told = (state: string) => answer(200, { state })
export const html = answer(200, '<html>', { 'content-type': 'text/html' })
export const lost: Reply = { kind: 'failed', timedOut: false }
export const redirect: Reply = { kind: 'redirect' }
