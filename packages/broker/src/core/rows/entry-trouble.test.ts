// An answer that is not counted starts no count of an entry anew.
import { describe, expect, it } from 'vitest'
import { waitingEntry } from '../fixtures/entry.fixture.js'
import { answer, html, plainText } from '../fixtures/replies.fixture.js'
import type { Reply } from '../network/network.js'
import { isValidEntry } from '../outbox/row-validation.js'
import { classifyReply } from '../outcomes/classify-reply.js'
import type { EntryCore } from './entry.js'
import { toRow } from './entry.js'
import { troubleAfter } from './entry-trouble.js'

const { request } = waitingEntry()
const put = { request: { ...request, method: 'PUT' } }
const xhtml = { 'content-type': 'application/xhtml+xml' }
const failed: Reply = { kind: 'failed', timedOut: false }

const missed: Reply = { ...failed, isThere: false }
const unsent: Reply = { kind: 'unsent', reason: 'http', httpStatus: 502 }

/** The sends of an entry whose server answers in turn, till it ends. */
function sendsOf(replies: readonly Reply[], counts: (reply: Reply) => boolean = () => true) {
  let entry = waitingEntry(put)
  let counted = 0
  for (let sends = 0; sends < 500; sends++) {
    const reply = replies[sends % replies.length] ?? failed
    if (counts(reply)) counted += 1
    const outcome = classifyReply(reply, entry, 0)
    if (outcome.kind !== 'retry') return { counted, kind: outcome.kind }
    entry = waitingEntry({ ...put, effect: 'unknown', trouble: troubleAfter(entry, outcome, 0) })
    expect(isValidEntry(toRow(entry))).toBe(true)
  }
  return { counted, kind: 'never' }
}
const isSuccess = (reply: Reply) => reply.kind === 'answer' && reply.status < 300
const isRefusal = (reply: Reply) =>
  reply.kind === 'answer' && reply.status >= 400 && reply.status < 500 && reply.status !== 429

describe('the bound on unacknowledged answers holds for', () => {
  it.each([
    ['another status comes in between', [answer(200, '<html>', html), answer(201, '', plainText)]],
    ['a 500 does', [answer(200, '<html>', html), answer(201, '<html>', html), answer(500)]],
    ['lost answers do', [answer(200, '<html>', html), failed, failed]],
    ['refusals do', [answer(202, 'OK', plainText), answer(404, '<html>', html)]],
    ['511s do', [answer(200, '<html>', html), answer(511, '<html>', html), answer(511)]],
    ['seven knocks that a gateway answers do', [answer(200, '<html>', html), ...Array(7).fill(unsent)]],
    ['waits do', [answer(200, '<html/>', xhtml), answer(429), answer(503, {}, { 'retry-after': '1' })]],
  ])('eight unacknowledged successes, and %s', (_what, replies) => {
    expect(sendsOf(replies, isSuccess)).toEqual({ counted: 8, kind: 'returned' })
  })

  it.each([9, 40, 300])('eight unacknowledged successes after %i 511s', (n) => {
    const before = Array<Reply>(n).fill(answer(511, 'sign in', html))
    const eight = Array<Reply>(8).fill(answer(200, '<html>', html))

    expect(sendsOf([...before, ...eight], isSuccess)).toEqual({ counted: 8, kind: 'returned' })
  })

  it.each([
    ['the status changes', [answer(404, '<html>', html), answer(403, 'no', plainText)]],
    ['three of them do', [answer(404, '', html), answer(403, '', xhtml), answer(413, '', plainText)]],
    ['a 502 comes in between', [answer(404, '<html>', html), answer(502)]],
    ['an outage does', [answer(404, '<html>', html), unsent, missed]],
    ['a limit does', [answer(403, '<html>', html), answer(429), answer(413, '<html>', html)]],
  ])('17 unacknowledged refusals, and %s', (_what, replies) => {
    expect(sendsOf(replies, isRefusal)).toEqual({ counted: 17, kind: 'returned' })
  })
})

describe('trouble', () => {
  it('continues the counts of a row of an earlier release', () => {
    const earlier = { trouble: { reason: 'network', at: 0, times: 4 } } as EntryCore

    const next = troubleAfter(earlier, { reason: 'network' }, 1)
    const other = troubleAfter(waitingEntry({ trouble: next }), { reason: 'http', httpStatus: 500 }, 2)
    const back = troubleAfter(waitingEntry({ trouble: other }), { reason: 'network' }, 3)

    expect([next.times, other.times, back.times]).toEqual([5, 1, 6])
  })

  it.each(['refused', 'headers', 'notAcknowledged', 'unsignedRefusal'])(
    'of the reason %s is still counted after outages, and the network’s is not',
    (reason) => {
      const outage = { reason: 'unreachable', counts: 'unreachable' } as const
      let entry: EntryCore = waitingEntry()
      for (const why of [{ reason }, { reason: 'network' }, outage, { reason }, outage, { reason }])
        entry = waitingEntry({ trouble: troubleAfter(entry, why, 0) })

      expect(entry.trouble).toMatchObject({ reason, times: 3 })
      expect(entry.trouble?.earlier).toEqual({ [reason]: 2, unreachable: 0 })
    },
  )

  it.each([
    ['a text', 'x'],
    ['a list of texts', ['a']],
    ['a number that is none', { network: Number.NaN }],
    ['less than nothing', { network: -1 }],
  ])('is damaged if its counts are %s', (_what, earlier) => {
    const trouble = { reason: 'network', at: 0, times: 1, earlier } as never

    expect(isValidEntry(toRow(waitingEntry({ trouble })))).toBe(false)
  })
})
