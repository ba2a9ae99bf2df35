import { describe, expect, it } from 'vitest'
import { capture } from '../fixtures/entry.fixture.js'
import { retriedOutcome } from '../fixtures/outbox.fixture.js'
import { sending } from '../fixtures/sending.fixture.js'
import type { Outcome } from '../outcomes/outcome.js'
import type { SendingEntry } from '../rows/entry.js'

describe('an entry that is tried again', () => {
  const again = async (
    outcomes: readonly Outcome[],
    more: Parameters<Awaited<ReturnType<typeof sending>>['box']['settle']>[2] = {},
  ) => {
    // A PUT, which no time makes doubtful.
    const put = { ...capture('').request, method: 'PUT' }
    const { box, entry } = await sending(['a', { server: 'idempotent', request: put }])
    let now = 0
    for (let sent: SendingEntry | undefined = entry, i = 0; sent && outcomes[i] !== undefined; i++) {
      await box.settle(sent, outcomes[i] as Outcome, { now, ...more })
      now += 1e9
      ;[sent] = i + 1 < outcomes.length ? await box.claim({ now, probe: 'signal' }) : []
    }
    return {
      ...(await box.contents()),
      waitedMs: async () => ((await box.contents()).entries[0]?.dueAt ?? 0) - now + 1e9,
    }
  }

  it('waits longer with each failure, up to the cap', async () => {
    const waits = await Promise.all(
      [1, 2, 3, 4, 30].map(async (n) => (await again(Array(n).fill(retriedOutcome()))).waitedMs()),
    )

    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 150_000])
  })

  it.each([
    [
      '503 with Retry-After',
      retriedOutcome({ httpStatus: 503, counts: false, retryAfterMs: 2_000, effect: 'none' }),
      2_000,
    ],
    ['425', retriedOutcome({ httpStatus: 425, counts: false, effect: 'none' }), 0],
    ['409 in progress', retriedOutcome({ httpStatus: 409, counts: false, retryAfterMs: 1_000 }), 1_000],
  ])(
    'P9 waits longer with each %s too, though it does not count: never a loop',
    async (_name, outcome, floor) => {
      const waits = await Promise.all(
        [1, 2, 3, 5].map(async (n) => (await again(Array(n).fill(outcome))).waitedMs()),
      )

      expect(waits).toEqual([500, 1_000, 2_000, 8_000].map((ms) => floor + ms))
      expect((await again(Array(5).fill(outcome))).entries[0]).toMatchObject({ failures: 0, attempts: 5 })
    },
  )

  it('P9 reaches a server that answers 503 with Retry-After: 2 for ever at most 8 times in 30 s', async () => {
    let now = 0
    let sends = 0
    const { box, entry } = await sending(['a'])
    for (let sent: SendingEntry | undefined = entry; now <= 30_000; ) {
      if (sent) sends += 1
      const told = retriedOutcome({ httpStatus: 503, counts: false, retryAfterMs: 2_000, effect: 'none' })
      if (sent) await box.settle(sent, told, { now, random: 0.1 })
      now = (await box.contents()).entries[0]?.dueAt ?? now
      ;[sent] = await box.claim({ now })
    }

    expect(sends).toBeLessThanOrEqual(8)
  })

  it('begins anew with the waits where it fails for another reason', async () => {
    const told = retriedOutcome({ httpStatus: 503, counts: false, effect: 'none' })
    const early = retriedOutcome({ reason: 'inProgress', counts: false, effect: 'none' })

    expect(await (await again([told, told, told, early])).waitedMs()).toBe(500)
  })

  it('says what happened, and how often for each reason', async () => {
    const { entries } = await again([
      retriedOutcome(),
      retriedOutcome({ httpStatus: 502 }),
      retriedOutcome({ reason: 'cut', httpStatus: 200 }),
      retriedOutcome({ httpStatus: 502 }),
    ])

    expect(entries[0]?.trouble).toEqual({
      reason: 'http',
      httpStatus: 502,
      at: 3e9,
      times: 3,
      earlier: { http: 2, cut: 1 },
    })
  })

  it('stays due and burns nothing while the device is offline', async () => {
    const offline = retriedOutcome({ reason: 'offline', counts: 'unreachable', sent: false, effect: 'none' })
    const { entries } = await again(Array(20).fill(offline), { failuresMax: 2 })

    expect(entries[0]).toMatchObject({ failures: 0, attempts: 0, effect: 'none', dueAt: 19e9 })
  })

  it('burns one failure at the most while the network is away, however often it is probed', async () => {
    const miss = retriedOutcome({ reason: 'network', counts: 'away' })
    const { entries } = await again(Array(20).fill(miss), { failuresMax: 2 })

    expect(entries[0]).toMatchObject({ failures: 1, attempts: 20, effect: 'unknown', dueAt: 19e9 })
  })

  it('comes back to its sender when its failures reach the maximum, with what the last one was', async () => {
    const { entries, letters } = await again(Array(3).fill(retriedOutcome()), { failuresMax: 3 })

    expect(entries).toEqual([])
    expect(letters).toMatchObject([
      { reason: 'failuresMax', httpStatus: 500, problem: 'http', effect: 'unknown' },
    ])
  })

  it('comes back with its effect unknown if any try may have had one, whatever the last one was', async () => {
    const overloaded = retriedOutcome({ httpStatus: 503, effect: 'none' })
    const { letters } = await again([retriedOutcome({ effect: 'unknown' }), overloaded], { failuresMax: 2 })

    expect(letters).toMatchObject([{ httpStatus: 503, effect: 'unknown' }])
  })
})
