import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import { deliveredOutcome, idsOf, outbox, outboxWith, retriedOutcome } from '../fixtures/outbox.fixture.js'
import type { Capture } from '../outbox/append.js'
import { changePartition, deactivate } from '../outbox/partition.js'
import type { Outcome } from '../outcomes/outcome.js'

describe('claim', () => {
  describe('P6 sends only for the user of the session', () => {
    it('and so nothing of another user, of a paused one, or of anybody while nobody is signed in', async () => {
      const box = await outboxWith('x')

      await box.activate('q')
      expect(await box.claim()).toEqual([])
      await box.write(async (tx) => deactivate(tx, 'p', 0))
      expect(await box.claim()).toEqual([])
      await box.activate('p')
      await box.write((tx) =>
        changePartition(tx, 'p', 0, (row) => {
          row.paused = 'auth'
        }),
      )
      expect(await box.claim()).toEqual([])
    })

    it('P7 and again what was paused, in its order, once that user has signed in', async () => {
      const box = await outboxWith('x', 'x')
      const [sent] = await box.claim()
      if (sent) await box.settle(sent, { kind: 'paused', reason: 'auth', httpStatus: 401 })
      expect(await box.claim()).toEqual([])

      await box.activate('p')

      expect(idsOf(await box.claim())).toEqual(['x1'])
    })

    it('never takes a row of another, whatever the names have in common', async () => {
      const box = outbox()
      for (const partition of ['p', 'p1', '', 'P'])
        await box.accept([capture(`of ${partition}`)], { partition })

      await box.activate('p')

      expect(idsOf(await box.claim())).toEqual(['of p'])
    })
  })

  describe('of what may have been done, by a server that may have forgotten it,', () => {
    const day = 86_400_000
    const sentLongAgo = async (
      outcome: Outcome = retriedOutcome({ httpStatus: undefined }),
      more: Partial<Capture> = {},
    ) => {
      const box = outbox()
      await box.activate()
      await box.accept([
        capture('old', { server: 'idempotent', ...more }),
        capture('behind'),
        capture('b', { lane: 'b' }),
      ])
      const [old, b] = await box.claim()
      if (old) await box.settle(old, outcome, { random: 0 })
      if (b) await box.settle(b, deliveredOutcome)
      return box
    }

    it('sends nothing again by itself: it is in doubt, its lane waits, and all see it', async () => {
      const box = await sentLongAgo()

      expect(await box.claim({ now: day })).toEqual([])

      const { row, entries, journal } = await box.contents()
      expect(entries).toMatchObject([
        { id: 'old', state: 'inDoubt', unsure: 'inDoubt', trouble: { reason: 'retentionOver', at: day } },
        { id: 'behind', head: false },
      ])
      expect(journal.at(-1)).toMatchObject({ kind: 'doubted', entryId: 'old', reason: 'retentionOver' })
      expect(row.waiting).toBe(2)
    })

    it('goes by what the server said last of its retention, however its health changed since', async () => {
      const box = await sentLongAgo()
      await box.accept([capture('c', { lane: 'c' }), capture('d', { lane: 'd' })])
      const [c, d] = await box.claim({ concurrencyMax: 9 })
      if (c) await box.settle(c, retriedOutcome({ httpStatus: 503 }), { retentionMs: 7 * day, random: 0 })
      if (d) await box.settle(d, deliveredOutcome)

      expect((await box.origin())?.retentionMs).toBe(7 * day)
      expect(idsOf(await box.claim({ now: 6 * day }))).toContain('old')
    })

    it('sends what was never sent at any age', async () => {
      const box = await outboxWith('x')

      expect(idsOf(await box.claim({ now: 4_000 * day }))).toEqual(['x1'])
    })

    it.each([
      ['the server certainly did nothing', retriedOutcome({ httpStatus: 503, effect: 'none' }), {}],
      [
        'the request surely never left',
        retriedOutcome({ counts: 'unreachable', sent: false, effect: 'none' }),
        {},
      ],
      ['it may be done twice', retriedOutcome(), { request: { ...capture('').request, method: 'PUT' } }],
    ] as const)('sends it at any age where %s', async (_name, outcome, more) => {
      const box = await sentLongAgo(outcome, more)

      expect(idsOf(await box.claim({ now: 4_000 * day }))).toEqual(['old'])
    })

    it('counts from the first send that may have taken effect, not from an earlier one that did not', async () => {
      const box = await sentLongAgo({ kind: 'paused', reason: 'auth', httpStatus: 401 })
      await box.activate()
      const [again] = await box.claim({ now: 3 * day })
      if (again) await box.settle(again, retriedOutcome(), { now: 3 * day, random: 0 })

      expect(idsOf(await box.claim({ now: 3 * day + 1_000 }))).toEqual(['old'])
    })

    it('makes no probe of it to an origin that is away', async () => {
      const box = await sentLongAgo(retriedOutcome({ counts: 'unreachable', effect: 'unknown' }))
      await box.claim({ now: day, probe: 'signal' })

      expect((await box.origin())?.probedAt).toBe(0)
    })
  })
})
