import { describe, expect, test } from 'vitest'
import { type FaultRule, matchesRequest, parseFaultRules, spendRule } from './fault-rules.js'

const html = (match: FaultRule['match'], times?: number): FaultRule => ({
  kind: 'html',
  match,
  ...(times === undefined ? {} : { times }),
})

describe('matchesRequest', () => {
  test.each([
    ['/api/posts/p01', '/api/posts/p01', true],
    ['/api/posts/p01', '/api/posts/p01/like', true],
    ['/api/posts/p01', '/api/posts/p012', false],
    ['/api/posts/p01', '/api/posts/p01-x', false],
    ['/api/posts/', '/api/posts/p01', true],
    ['/api/posts/', '/api/posts', false],
    ['/api/posts/', '/api/postscript', false],
    ['/', '/api/me', true],
    ['/api/me/groups', '/api/me', false],
  ])('takes %s as a prefix that ends at a slash or at the end: %s is %s', (prefix, path, expected) => {
    expect(matchesRequest(html({ path: prefix }), 'GET', path)).toBe(expected)
  })

  test('compares the method where the rule names one', () => {
    expect(matchesRequest(html({ method: 'POST' }), 'POST', '/api/me')).toBe(true)
    expect(matchesRequest(html({ method: 'POST' }), 'GET', '/api/me')).toBe(false)
    expect(matchesRequest(html({}), 'GET', '/api/me')).toBe(true)
  })

  test('spares a preflight, unless the rule names its method', () => {
    expect(matchesRequest(html({}), 'OPTIONS', '/api/me')).toBe(false)
    expect(matchesRequest(html({ method: 'OPTIONS' }), 'OPTIONS', '/api/me')).toBe(true)
  })
})

describe('spendRule', () => {
  test('counts down the rule that was used, and only that one', () => {
    const [first, second] = [html({}, 2), html({}, 2)]

    expect(spendRule([first, second], second)).toEqual([html({}, 2), html({}, 1)])
    expect(spendRule([first, html({}, 1)], first)).toHaveLength(2)
  })

  test('removes a rule that ran out and keeps one without end', () => {
    const [last, endless] = [html({}, 1), html({})]

    expect(spendRule([last, endless], last)).toEqual([endless])
    expect(spendRule([last, endless], endless)).toEqual([last, endless])
  })
})

describe('parseFaultRules', () => {
  test('reads every kind', () => {
    const rules = [
      { kind: 'delay', match: {}, ms: 0 },
      { kind: 'hold', match: {} },
      { kind: 'status', match: {}, status: 503, retryAfter: '1' },
      { kind: 'drop-before', match: { method: 'POST', path: '/api/' } },
      { kind: 'drop-after', match: {} },
      { kind: 'cut-body', match: {} },
      { kind: 'forget-keys', match: {} },
      { kind: 'switch-session', match: {}, user: 'grace' },
      { kind: 'stall', match: {} },
      { kind: 'html', match: {} },
      { kind: 'login-redirect', match: {} },
      { kind: 'expire-session', match: {}, times: 3 },
    ]

    expect(parseFaultRules(rules)).toEqual({ ok: true, rules })
  })

  test('takes a rule without match for all requests', () => {
    expect(parseFaultRules([{ kind: 'html' }])).toEqual({ ok: true, rules: [html({})] })
  })

  test.each([
    [{ kind: 'html' }, 'Send a JSON array'],
    [undefined, 'Send a JSON array'],
    [[null], 'Rule 1: expected an object'],
    [[{ kind: 'delay' }], 'ms is'],
    [[{ kind: 'delay', ms: -1 }], 'ms is'],
    [[{ kind: 'status' }], 'status is'],
    [[{ kind: 'status', status: 99 }], 'status is'],
    [[{ kind: 'status', status: 503, retryAfter: 'a\r\nb' }], 'retryAfter is'],
    [[{ kind: 'switch-session', user: 'mallory' }], 'user is one of ada, grace, linus.'],
    [[{ kind: 'html', times: 0 }], 'times is'],
    [[{ kind: 'html', match: 'x' }], 'match is'],
    [[{ kind: 'html', match: { path: 'api' } }], 'match.path is'],
    [[{ kind: 'html', match: { method: 1 } }], 'match.method is'],
    [[{}], 'there is no kind undefined'],
    [Array.from({ length: 101 }, () => ({ kind: 'html' })), 'Got 101 rules'],
  ])('refuses %j', (body, problem) => {
    expect(parseFaultRules(body)).toEqual({ ok: false, problem: expect.stringContaining(problem) })
  })
})
