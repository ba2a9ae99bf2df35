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
])('finds what a server forbids: %s', async (_what, allowed, obstacle) => {
  expect(await obstacleOf(allowed)).toEqual(obstacle)
})

it('asks for no cookies where none are sent', async () => {
  expect(await obstacleOf({ ...all, origin: '*', credentials: 'false' }, 'same-origin')).toEqual({
    kind: 'methodNotAllowed',
  })
})

it('finds that nobody is there', async () => {
  expect(await findObstacle('http://localhost:9/', keys, 'include')).toEqual({ kind: 'nobodyThere' })
})

it.each([
  ['breaks off', '/wire/reset', { kind: 'knockNotAnswered' }],
  ['answers', '/wire/status?404', undefined],
])('asks the URL of a knock too that came to nothing: it %s', async (_what, knock, obstacle) => {
  expect(await findObstacle('/wire/status?200', keys, 'same-origin', knock)).toEqual(obstacle)
})
