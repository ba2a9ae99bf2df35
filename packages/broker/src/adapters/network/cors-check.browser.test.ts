import { expect, it } from 'vitest'
import { findObstacle } from './cors-check.js'

const keys = ['idempotency-key', 'idempotency-principal', 'content-type']
const all = { origin: location.origin, credentials: 'true', headers: keys.join(', ') }

async function obstacleOf(
  allowed: Record<string, string>,
  credentials: 'include' | 'same-origin' = 'include',
) {
  const other = await (await fetch('/wire/other-origin')).text()
  return findObstacle(`${other}/wire/cors?${new URLSearchParams(allowed)}`, keys, credentials)
}

it.each([
  ['the origin is not allowed', {}, { kind: 'originNotAllowed' }],
  ['another origin is allowed', { ...all, origin: 'https://app.test' }, { kind: 'originNotAllowed' }],
  ['cookies are not allowed', { ...all, credentials: 'false' }, { kind: 'credentialsNotAllowed' }],
  [
    'all origins are allowed, and so none with cookies',
    { ...all, origin: '*' },
    { kind: 'credentialsNotAllowed' },
  ],
  [
    'a header is not allowed',
    { ...all, headers: 'content-type, idempotency-principal' },
    { kind: 'headersNotAllowed', names: ['idempotency-key'] },
  ],
  [
    'no header is allowed',
    { origin: location.origin, credentials: 'true' },
    { kind: 'headersNotAllowed', names: keys },
  ],
  ['all that was asked about is allowed', all, { kind: 'methodNotAllowed' }],
  [
    'a header, under a resource policy',
    { ...all, headers: 'content-type', policy: 'same-origin' },
    { kind: 'headersNotAllowed', names: ['idempotency-key', 'idempotency-principal'] },
  ],
  [
    'cookies, under a resource policy',
    { ...all, credentials: 'false', policy: 'same-origin' },
    { kind: 'credentialsNotAllowed' },
  ],
  ['nothing but its resource policy', { ...all, policy: 'same-origin' }, { kind: 'methodNotAllowed' }],
  [
    'another origin is allowed, under a resource policy',
    { ...all, origin: 'https://app.test', policy: 'same-origin' },
    { kind: 'nothingSeen' },
  ],
  ['no origin, under a resource policy', { policy: 'same-origin' }, { kind: 'nothingSeen' }],
  ['no origin, and embedding is allowed', { policy: 'cross-origin' }, { kind: 'originNotAllowed' }],
])('finds what a server forbids: %s', async (_what, allowed, obstacle) => {
  expect(await obstacleOf(allowed)).toEqual(obstacle)
})

it('does not check cookies for a request without cookies', async () => {
  expect(await obstacleOf({ ...all, origin: '*', credentials: 'false' }, 'same-origin')).toEqual({
    kind: 'methodNotAllowed',
  })
})

it('finds that no server answers', async () => {
  expect(await findObstacle('http://localhost:9/', keys, 'include')).toEqual({ kind: 'nothingSeen' })
})

it('takes a knock as answered if the request is answered, as the broker does', async () => {
  const other = await (await fetch('/wire/other-origin')).text()
  const knock = `${other}/wire/hidden`

  expect(await findObstacle(`${other}/wire/status?200`, keys, 'include', knock)).toBeUndefined()
})

it.each([
  ['breaks off', '/wire/reset', { kind: 'knockNotAnswered' }],
  ['answers', '/wire/status?404', undefined],
])('checks the URL of an unanswered knock too: it %s', async (_what, knock, obstacle) => {
  const url = new URL('/wire/status?200', location.href).href
  expect(await findObstacle(url, keys, 'same-origin', new URL(knock, url).href)).toEqual(obstacle)
})
