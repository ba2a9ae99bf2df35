import { describe, expect, it } from 'vitest'
import { done, html, lostReply, redirectReply, statusReply, told } from '../fixtures/status-query.fixture.js'
import type { Reply } from '../network/network.js'
import { type StatusAnswer, statusAnswerOf } from './status-query.js'

describe('what an answer to the status query says', () => {
  const utf8 = { 'content-type': 'application/json; charset=utf-8' }
  const table: readonly (readonly [string, Reply, StatusAnswer['kind']])[] = [
    ['done with 201', done(201), 'done'],
    ['done with 204', done(204), 'done'],
    ['done with 404', done(404), 'refused'],
    ['done with 500', done(500), 'refused'],
    ['done with 302', done(302), 'unclear'],
    ['done with a status that is none', done(9_999), 'unclear'],
    ['done without a status', told('done'), 'unclear'],
    ['done with half a status', done(404.5), 'unclear'],
    ['done with a status in words', statusReply(200, { state: 'done', status: '201' }), 'unclear'],
    ['in progress', told('in-progress'), 'inProgress'],
    ['unknown', told('unknown'), 'never'],
    ['unknown, with a charset', statusReply(200, { state: 'unknown' }, utf8), 'never'],
    ['expired', told('expired'), 'expired'],
    ['another state', told('maybe'), 'unclear'],
    ['text', statusReply(200, '{"state":"unknown"}', { 'content-type': 'text/plain' }), 'unclear'],
    ['an HTML page', html, 'unclear'],
    ['JSON that breaks off', statusReply(200, '{"state":"unkn'), 'unclear'],
    ['null', statusReply(200, 'null'), 'unclear'],
    ['a list', statusReply(200, []), 'unclear'],
    ['another status', statusReply(202, { state: 'unknown' }), 'unclear'],
    ['a redirect', redirectReply, 'unclear'],
    ['401', statusReply(401, { state: 'unknown' }), 'unclear'],
    ['404', statusReply(404, { state: 'unknown' }), 'unclear'],
    ['429', statusReply(429), 'silent'],
    ['500', statusReply(500, { state: 'unknown' }), 'silent'],
    ['503', statusReply(503), 'silent'],
    ['no answer', lostReply, 'silent'],
    ['half an answer', { kind: 'cut', status: 200 }, 'silent'],
  ]
  it.each(table)('%s', (_name, reply, kind) => {
    expect(statusAnswerOf(reply).kind).toBe(kind)
  })
})
