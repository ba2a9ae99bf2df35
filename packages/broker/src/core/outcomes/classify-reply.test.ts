import { describe, expect, it } from 'vitest'
import {
  answer,
  counted,
  echo,
  free,
  html,
  plainText,
  post,
  problem,
  refused,
  seconds,
  unknown,
  verdict,
} from '../fixtures/replies.fixture.js'
import type { Reply } from '../network/network.js'

const failed = (more: { timedOut?: boolean; isThere?: boolean }): Reply => ({
  kind: 'failed',
  timedOut: false,
  ...more,
})
const away = 'retry, away, effect unknown'
const soon = ', after 1000'

/** Every row of the table of outcomes: what a POST becomes on a server that honours the key, and on a plain one. */
const table: readonly (readonly [string, Reply, string, string?])[] = [
  ['2xx that echoes the key', answer(200, {}, echo), 'delivered'],
  ['202 that echoes the key', answer(202, '', echo), 'delivered'],
  ['2xx of JSON without an echo', answer(200), `${unknown}, after 0`, 'delivered'],
  ['204 without a body and without an echo', answer(204, ''), `${unknown}, after 0`, 'delivered'],
  ['205 without a body and without an echo', answer(205, ''), `${unknown}, after 0`, 'delivered'],
  [
    '2xx of HTML',
    answer(200, '<html>', { 'content-type': 'text/html' }),
    `${away}, after 0`,
    'inDoubt: notAcknowledged',
  ],
  ['2xx of broken JSON', answer(200, '{"a":'), `${unknown}, after 0`, 'inDoubt: notAcknowledged'],
  [
    '2xx that echoes another key',
    answer(200, '', { 'idempotency-key': '"key-2"' }),
    `${unknown}, after 0`,
    'inDoubt: notAcknowledged',
  ],
  [
    'a redirect',
    { kind: 'redirect' },
    'good: returned: redirected, effect unknown; unknown: retry, counted, effect unknown',
    'good: returned: redirected, effect unknown; unknown: inDoubt: redirected',
  ],
  ['a failed fetch', failed({}), away, 'inDoubt: network'],
  [
    'a failed fetch, where nobody is there',
    failed({ isThere: false }),
    'retry, unreachable, effect unknown',
    'inDoubt: network',
  ],
  ['a lost answer of one who is there', failed({ isThere: true }), unknown, 'inDoubt: network'],
  [
    'a request that did not leave, since nobody answered a knock',
    { kind: 'unsent', reason: 'unreachable' },
    'retry, unreachable, effect none, not sent',
  ],
  [
    'a request that did not leave, since nobody answered a knock and the browser says offline',
    { kind: 'unsent', reason: 'offline' },
    'retry, unreachable, effect none, not sent',
  ],
  [
    'a request that did not leave, since a gateway answered the knock',
    { kind: 'unsent', reason: 'http', httpStatus: 502 },
    'retry, unreachable, effect none, not sent',
  ],
  [
    'a request that did not leave, since no connection came free',
    { kind: 'unsent', reason: 'busy' },
    'retry, free, effect none, not sent',
  ],
  ['a timeout', failed({ timedOut: true }), unknown, 'inDoubt: timeout'],
  [
    'a timeout, where nobody is there',
    failed({ timedOut: true, isThere: false }),
    'retry, unreachable, effect unknown',
    'inDoubt: timeout',
  ],
  ['a cut body', { kind: 'cut', status: 200 }, unknown, 'inDoubt: cut'],
  ['304', answer(304), 'returned: protocol, effect none'],
  ['300', answer(300), 'returned: protocol, effect none'],
  ['400 key-required', problem(400, 'key-required', echo), refused],
  ['a 400 without an echo', answer(400), unknown, refused],
  ['401', answer(401), 'paused: auth'],
  ['403', answer(403, {}, echo), refused],
  ['a 403 without an echo', answer(403), unknown, refused],
  ['a 403 of HTML', answer(403, '<html>', html), unknown, counted + soon],
  ['403 principal-mismatch', problem(403, 'principal-mismatch'), 'paused: principal'],
  ['419, a CSRF token that may be old', answer(419), free],
  ['440', answer(440, '<html>', html), 'paused: auth'],
  ['409 principal-mismatch', problem(409, 'principal-mismatch'), 'paused: principal'],
  ['404', answer(404, {}, echo), refused],
  ['a 404 without an echo', answer(404), unknown, refused],
  ['a 404 of plain text', answer(404, '404 page not found', plainText), unknown, counted + soon],
  ['405', answer(405, {}, echo), refused],
  ['a 405 of HTML without an echo', answer(405, '<html>', html), unknown, refused],
  ['408', answer(408), unknown, 'inDoubt: http'],
  ['409 in-progress', problem(409, 'in-progress'), 'retry, free, effect unknown, after 1000'],
  [
    '409 in-progress with Retry-After',
    problem(409, 'in-progress', seconds('3')),
    'retry, free, effect unknown, after 3000',
  ],
  ['409', answer(409, {}, echo), 'returned: conflict, effect none'],
  ['a 409 without an echo', answer(409), unknown, 'returned: conflict, effect none'],
  ['410', answer(410, {}, echo), refused],
  ['410 key-expired', problem(410, 'key-expired'), 'inDoubt: keyExpired'],
  ['412', answer(412, {}, echo), 'returned: conflict, effect none'],
  ['413', answer(413, {}, echo), refused],
  ['a 413 of HTML', answer(413, '<html>', html), unknown, counted + soon],
  ['414', answer(414, {}, echo), refused],
  ['415', answer(415, {}, echo), refused],
  ['422', answer(422, {}, echo), refused],
  ['a 422 without an echo', answer(422), unknown, refused],
  ['422 key-reused', problem(422, 'key-reused', echo), refused],
  ['423', answer(423), counted],
  ['423 with Retry-After', answer(423, {}, seconds('2')), `${free}, after 2000`],
  ['425', answer(425), free],
  ['429', answer(429), `${counted}, origin rests`],
  ['429 with Retry-After', answer(429, {}, seconds('2')), `${free}, origin rests, after 2000`],
  ['500', answer(500), unknown, 'inDoubt: http'],
  ['501', answer(501), 'returned: protocol, effect none'],
  ['502', answer(502), unknown, 'inDoubt: http'],
  ['503', answer(503), counted],
  ['503 with Retry-After', answer(503, {}, seconds('2')), `${free}, after 2000`],
  ['503 with a Retry-After that makes no sense', answer(503, {}, seconds('-5')), counted],
  ['504', answer(504), unknown, 'inDoubt: http'],
  ['505', answer(505), 'returned: protocol, effect none'],
  ['507', answer(507), unknown, 'inDoubt: http'],
  ['511', answer(511, '<html>', { 'content-type': 'text/html' }), 'retry, away, effect none'],
]

describe('classify', () => {
  for (const [reply, answered, idempotent, plain = idempotent] of table)
    describe(reply, () => {
      it(`on a server that honours the key: ${idempotent}`, () => {
        expect(verdict(answered, { server: 'idempotent' })).toBe(idempotent)
      })

      it(`on a plain server: ${plain}`, () => {
        expect(verdict(answered, { server: 'plain' })).toBe(plain)
      })
    })

  it.each(['PUT', 'DELETE'])('repeats a %s whose effect is unknown on a plain server too', (method) => {
    const request = { ...post().request, method }

    expect(verdict(answer(500), { request })).toBe(unknown)
    expect(verdict(failed({}), { request })).toBe(away)
  })

  it.each([404, 410])(
    'takes %i to a DELETE for success after an attempt of unknown effect, and only then',
    (status) => {
      const request = { ...post().request, method: 'DELETE' }

      expect(verdict(answer(status), { request, effect: 'unknown' })).toBe('delivered')
      expect(verdict(answer(status), { request })).toBe(refused)
      expect(verdict(answer(status, {}, echo), { effect: 'unknown', server: 'idempotent' })).toContain(
        'refused',
      )
    },
  )

  it.each([404, 410])(
    'does not take a gateway’s %i to a DELETE for success, whatever was tried before',
    (status) => {
      const tried = { request: { ...post().request, method: 'DELETE' }, effect: 'unknown' } as const

      expect(verdict(answer(status), { ...tried, server: 'idempotent' })).toBe(unknown)
      expect(verdict(answer(404, 'no such page', plainText), tried)).toBe(counted + soon)
    },
  )
})
